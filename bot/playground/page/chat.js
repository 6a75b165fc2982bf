// The conversation on screen: messages in place, what is passing (typing, drafts), and where the reader is.

import { clock, day, drawn, element, size, styled } from "./text.js";

const log = document.getElementById("log");
const passing = document.getElementById("passing");
const scroll = document.getElementById("scroll");
const latest = document.getElementById("latest");
const badge = document.getElementById("health-badge");
const TYPING_MS = 5_000; // as long as Telegram shows it
const DRAFT_MS = 30_000;
const ABOVE = 12; // pixels left above an answer taller than the view

export class Chat {
  #messages = new Map();
  #topics = new Map();
  #timer = 0;
  #kept = "end"; // what stays in place: the end, the top of a long answer, or nothing once the reader scrolls
  #placed = {}; // where that put the view, in a content and a window of what height

  constructor({ mark, actions }) {
    this.mark = mark;
    this.actions = actions; // { press, command, said }
    latest.addEventListener("click", () => this.toEnd());
    scroll.addEventListener("scroll", () => {
      if (this.#kept && !this.#scrolled()) return this.#place();
      this.#kept = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60 ? "end" : null;
      if (this.#kept) latest.hidden = true;
    });
    const sizes = new ResizeObserver(() => this.#place());
    for (const part of [log, passing, scroll]) sizes.observe(part);
  }

  show({ messages, topics, draft }, { words, language }) {
    Object.assign(this, { words, language });
    this.setTopics(topics);
    this.#messages = new Map(messages.map((message) => [message.id, message]));
    log.setAttribute("aria-live", "off"); // a whole chat is not read aloud when it opens
    log.replaceChildren();
    for (const message of messages) this.#append(message);
    this.#clearPassing();
    if (draft) this.draft(draft);
    this.#changed();
    this.#open(log.lastElementChild);
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  }

  setTopics(topics) {
    this.#topics = new Map(topics.map((topic) => [topic.id, topic.name]));
  }

  add(message) {
    if (message.author === "bot") this.#clearPassing();
    this.#messages.set(message.id, message);
    const shown = this.#append(message);
    shown.classList.add("arriving");
    this.#changed();
    if (message.author === "person") this.toEnd();
    else if (this.#kept === "end") this.#open(shown);
    else latest.hidden = false;
  }

  edit(message) {
    const shown = this.#find(message.id);
    if (!shown) return;
    if (passing.querySelector(".typing")) this.#clearPassing();
    this.#messages.set(message.id, message);
    const focused = shown.contains(document.activeElement);
    const fresh = this.#message(message, shown.classList.contains("follows"));
    shown.replaceWith(fresh);
    if (this.#kept === shown) this.#kept = fresh;
    if (this.#kept && fresh === log.lastElementChild) this.#open(fresh);
    // Where the buttons are out of sight, the keys scroll first: nobody agrees to what they have not seen.
    const next = this.#kept === fresh ? scroll : fresh.querySelector(".buttons button") ?? document.getElementById("text");
    if (focused) next.focus({ preventScroll: true });
    this.#changed();
  }

  remove(message) {
    this.#messages.delete(message.id);
    const gone = this.#find(message.id);
    gone?.remove();
    if (this.#kept === gone) this.#kept = "end";
    for (const heading of log.querySelectorAll(".day")) {
      if (!heading.nextElementSibling?.matches(".message")) heading.remove();
    }
    this.#changed();
  }

  typing(action) {
    if (passing.querySelector(".draft")) return;
    const dots = element("div", { class: "dots" }, element("i"), element("i"), element("i"));
    this.#pass(element("article", { class: "message bot typing", "data-testid": "typing", "data-action": action },
      element("div", { class: "bubble" }, dots)), this.words.typing, TYPING_MS);
  }

  draft({ text, entities }) {
    const health = text.startsWith(this.mark) ? " health" : "";
    const words = text
      ? element("div", { class: "words" }, styled(text, entities))
      : element("div", { class: "words waiting" }, this.words.thinking);
    this.#pass(element("article", { class: `message bot draft${health}`, "data-testid": "draft" },
      element("div", { class: "bubble" }, words)), this.words.typing, DRAFT_MS);
  }

  toEnd() {
    this.#kept = "end";
    latest.hidden = true;
    this.#place();
  }

  // A new answer is read from its top; where it fits with its buttons, the end shows all of it.
  #open(shown) {
    const fits = !shown || scroll.scrollHeight - shown.offsetTop + ABOVE <= scroll.clientHeight;
    this.#kept = fits ? "end" : shown;
    latest.hidden = true;
    this.#place();
  }

  #place() {
    if (!this.#kept) return;
    scroll.scrollTop = this.#kept === "end" ? scroll.scrollHeight : this.#kept.offsetTop - ABOVE;
    this.#placed = { top: scroll.scrollTop, full: scroll.scrollHeight, view: scroll.clientHeight };
  }

  // Whether the reader moved the view, rather than we, or the browser because a height changed.
  #scrolled() {
    const { top, full, view } = this.#placed;
    return full === scroll.scrollHeight && view === scroll.clientHeight && Math.abs(top - scroll.scrollTop) >= 2;
  }

  #pass(shown, status, life) {
    passing.replaceChildren(shown);
    document.getElementById("status").textContent = status;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#clearPassing(), life);
  }

  #clearPassing() {
    clearTimeout(this.#timer);
    passing.replaceChildren();
    document.getElementById("status").textContent = this.words.status;
  }

  #find(id) {
    return log.querySelector(`[data-id="${id}"]`);
  }

  #changed() {
    const newest = [...this.#messages.values()].findLast((message) => message.author === "bot");
    badge.hidden = !newest?.text.startsWith(this.mark);
    document.getElementById("sample").hidden = badge.hidden;
    document.getElementById("empty").hidden = this.#messages.size > 0;
  }

  #append(message) {
    const heading = day(message.date, this.language, this.words);
    if ([...log.querySelectorAll(".day")].at(-1)?.textContent !== heading) log.append(element("p", { class: "day" }, heading));
    const previous = log.lastElementChild;
    const follows = previous?.matches(`.message.${message.author}`) ?? false;
    const shown = this.#message(message, follows);
    log.append(shown);
    return shown;
  }

  #message(message, follows) {
    const health = message.author === "bot" && message.text.startsWith(this.mark);
    const bubble = element("div", { class: "bubble" },
      element("span", { class: "hidden-text" }, message.author === "bot" ? this.words.bot_said : this.words.you_said));
    if (message.file) bubble.append(this.#file(message.file));
    if (message.text) {
      const onCommand = message.author === "bot" ? this.actions.command : null;
      bubble.append(element("div", { class: "words", "data-testid": "message-text" }, styled(message.text, message.entities, onCommand)));
    }
    bubble.append(this.#meta(message));
    return element("article", {
      class: `message ${message.author}${health ? " health" : ""}${follows ? " follows" : ""}`,
      "data-testid": "message", "data-id": message.id, "data-author": message.author,
    }, bubble, ...this.#buttons(message));
  }

  #meta(message) {
    const meta = element("div", { class: "meta" });
    if (message.thread) meta.append(element("span", { class: "topic" }, `# ${this.#topics.get(message.thread) ?? ""}`));
    if (message.edited) meta.append(element("span", { "data-testid": "edited" }, this.words.edited));
    meta.append(element("time", { datetime: new Date(message.date).toISOString() }, clock(message.date, this.language)));
    return meta;
  }

  #file(file) {
    const address = `/api/file/${encodeURIComponent(file.handle)}`;
    if (file.photo) {
      const [width, height] = file.photo;
      const picture = element("img", { class: "picture", src: address, alt: this.words.photo, width, height, "data-testid": "photo" });
      return element("a", { href: address, target: "_blank", rel: "noopener" }, picture);
    }
    const kind = file.name.includes(".") ? file.name.split(".").at(-1).slice(0, 4).toUpperCase() : "•";
    return element("a", { class: "document", href: address, download: file.name, "data-testid": "document", title: this.words.download },
      element("span", { class: "sheet", "aria-hidden": "true" }, kind),
      element("span", {}, element("strong", {}, file.name), element("small", {}, size(file.size, this.language))));
  }

  #buttons(message) {
    if (!message.buttons.length) return [];
    const rows = message.buttons.map((row) => element("div", { class: "line" }, ...row.map((button) => this.#button(message, button))));
    return [element("div", { class: "buttons" }, ...rows)];
  }

  #button(message, button) {
    if (button.url) return element("a", { href: button.url, target: "_blank", rel: "noopener noreferrer", "data-testid": "inline-button" }, drawn(button.label));
    const shown = element("button", { type: "button", "data-testid": "inline-button" }, drawn(button.label));
    shown.addEventListener("click", async () => {
      if (button.copy) {
        await navigator.clipboard.writeText(button.copy);
        this.actions.said(this.words.copied);
      } else if (shown.getAttribute("aria-busy") !== "true") {
        shown.setAttribute("aria-busy", "true");
        await this.actions.press(message.id, button.data);
        shown.removeAttribute("aria-busy");
      }
    });
    return shown;
  }
}
