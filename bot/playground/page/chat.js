// The conversation on screen: messages in place, what is passing (typing, drafts), and where the reader is.

import { clock, day, element, size, styled } from "./text.js";

const log = document.getElementById("log");
const passing = document.getElementById("passing");
const scroll = document.getElementById("scroll");
const latest = document.getElementById("latest");
const badge = document.getElementById("health-badge");
const TYPING_MS = 5_000; // as long as Telegram shows it
const DRAFT_MS = 30_000;

export class Chat {
  #messages = new Map();
  #topics = new Map();
  #timer = 0;
  #stuck = true; // to the end, until the reader scrolls away

  constructor({ mark, actions }) {
    this.mark = mark;
    this.actions = actions; // { press, command, said }
    latest.addEventListener("click", () => this.toEnd());
    scroll.addEventListener("scroll", () => {
      this.#stuck = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
      if (this.#stuck) latest.hidden = true;
    });
    const sizes = new ResizeObserver(() => { if (this.#stuck) this.toEnd(); });
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
    this.toEnd();
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  }

  setTopics(topics) {
    this.#topics = new Map(topics.map((topic) => [topic.id, topic.name]));
  }

  add(message) {
    if (message.author === "bot") this.#clearPassing();
    this.#messages.set(message.id, message);
    this.#append(message).classList.add("arriving");
    this.#changed();
    if (this.#stuck || message.author === "person") this.toEnd();
    else latest.hidden = false;
  }

  edit(message) {
    const shown = this.#find(message.id);
    if (!shown) return;
    this.#messages.set(message.id, message);
    const focused = shown.contains(document.activeElement);
    const fresh = this.#message(message, shown.classList.contains("follows"));
    shown.replaceWith(fresh);
    if (focused) (fresh.querySelector(".buttons button") ?? document.getElementById("text")).focus();
    this.#changed();
  }

  remove(message) {
    this.#messages.delete(message.id);
    this.#find(message.id)?.remove();
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
      ? element("div", { class: "words" }, styled(text, entities, { mark: this.mark }))
      : element("div", { class: "words waiting" }, this.words.thinking);
    this.#pass(element("article", { class: `message bot draft${health}`, "data-testid": "draft" },
      element("div", { class: "bubble" }, words)), this.words.typing, DRAFT_MS);
  }

  toEnd() {
    scroll.scrollTop = scroll.scrollHeight;
    this.#stuck = true;
    latest.hidden = true;
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
      const drawn = message.author === "bot" ? { onCommand: this.actions.command, mark: this.mark } : {};
      bubble.append(element("div", { class: "words", "data-testid": "message-text" }, styled(message.text, message.entities, drawn)));
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
    if (button.url) return element("a", { href: button.url, target: "_blank", rel: "noopener noreferrer", "data-testid": "inline-button" }, button.label);
    const shown = element("button", { type: "button", "data-testid": "inline-button" }, button.label);
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
