// Writing: the text box, the files about to be sent, and the menu of commands.

import { element, size } from "./text.js";

const $ = (id) => document.getElementById(id);
const text = $("text");
const menu = $("menu");
const options = $("menu-list");
const LARGEST = 64 * 1024 * 1024;

export class Composer {
  #files = [];
  #commands = [];
  #topics = "";
  #chosen = -1;

  constructor({ send, upload, commands, said }) {
    this.actions = { send, upload, commands, said };
    $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
    text.addEventListener("input", () => { this.#grow(); this.#suggest(); });
    text.addEventListener("keydown", (event) => this.#key(event));
    text.addEventListener("paste", (event) => this.attach(event.clipboardData?.files ?? []));
    // Later, for a click on the menu takes the focus first; and not if the text has it back: a new menu may be open by then.
    text.addEventListener("blur", () => setTimeout(() => {
      if (document.activeElement !== text && !menu.contains(document.activeElement)) this.#close();
    }, 150));
    $("menu-button").addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
    $("menu-button").addEventListener("click", () => this.#toggle());
    $("upload").addEventListener("change", ({ target }) => { this.attach(target.files); target.value = ""; });
    this.#drops($("chat"), $("drop"));
  }

  speak(words, language) {
    Object.assign(this, { words, language });
    this.#showFiles();
  }

  clear() {
    text.value = "";
    this.#files = [];
    this.#showFiles();
    this.#close();
    this.#grow();
  }

  topics(topics) {
    const asShown = JSON.stringify([topics, this.language]);
    if (asShown === this.#topics) return; // rebuilding would close a list that is open
    this.#topics = asShown;
    const select = $("thread");
    const kept = select.value;
    $("thread-label").hidden = topics.length === 0;
    select.replaceChildren(element("option", { value: "" }, this.words.main_thread),
      ...topics.map((topic) => element("option", { value: topic.id }, `# ${topic.name}`)));
    select.value = topics.some((topic) => String(topic.id) === kept) ? kept : "";
  }

  attach(files) {
    for (const file of files) {
      if (file.size > LARGEST) this.actions.said(this.words.too_big);
      else this.#files.push(file);
    }
    this.#showFiles();
    if (files.length) text.focus();
  }

  async send(file) {
    if (!await this.actions.upload(file, "", this.#thread())) this.#restore("", [file]);
  }

  #thread() {
    return Number($("thread").value) || null;
  }

  async #submit() {
    const words = text.value.trim();
    const files = this.#files;
    const thread = this.#thread();
    if (!words && !files.length) return;
    this.clear();
    text.focus();
    // The words go with the last file, as its caption.
    for (const [place, file] of files.entries()) {
      const sent = await this.actions.upload(file, place === files.length - 1 ? words : "", thread);
      if (!sent) return this.#restore(words, files.slice(place));
    }
    if (!files.length && !await this.actions.send(words, thread)) this.#restore(words, []);
  }

  #restore(words, files) {
    text.value = text.value || words;
    this.#files = [...files, ...this.#files];
    this.#showFiles();
    this.#grow();
  }

  #showFiles() {
    $("files").hidden = this.#files.length === 0;
    $("files").replaceChildren(...this.#files.map((file) => {
      const drop = element("button", { type: "button", "aria-label": `${this.words.close}: ${file.name}` }, "✕");
      drop.addEventListener("click", () => { this.#files = this.#files.filter((other) => other !== file); this.#showFiles(); text.focus(); });
      return element("li", { "data-testid": "attached" }, element("span", { class: "name" }, file.name),
        element("span", { class: "size" }, size(file.size, this.language)), drop);
    }));
  }

  #grow() {
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
  }

  #drops(area, overlay) {
    let inside = 0;
    const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    area.addEventListener("dragenter", (event) => { if (files(event)) { inside += 1; overlay.hidden = false; } });
    area.addEventListener("dragleave", (event) => { if (files(event)) { inside -= 1; overlay.hidden = inside > 0 ? false : true; } });
    for (const kind of ["dragover", "drop"]) document.addEventListener(kind, (event) => { if (files(event)) event.preventDefault(); });
    area.addEventListener("drop", (event) => {
      inside = 0;
      overlay.hidden = true;
      this.attach(event.dataTransfer.files);
    });
  }

  #key(event) {
    if (event.isComposing) return;
    const open = !menu.hidden && this.#commands.length > 0;
    if (event.key === "Escape" && !menu.hidden) this.#close();
    else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) this.#choose(this.#chosen + (event.key === "ArrowDown" ? 1 : -1));
    else if (open && event.key === "Tab" && this.#chosen >= 0) this.#complete(this.#commands[this.#chosen]);
    else if (event.key === "Enter" && !event.shiftKey) {
      if (open && this.#chosen >= 0) this.#pick(this.#commands[this.#chosen]);
      else this.#submit();
    } else return;
    event.preventDefault();
  }

  async #toggle() {
    if (!menu.hidden) return this.#close();
    text.focus();
    this.#open(await this.actions.commands());
  }

  async #suggest() {
    const typed = /^\/([a-z0-9_]*)$/i.exec(text.value);
    if (!typed) return this.#close();
    const found = (await this.actions.commands()).filter((entry) => entry.command.startsWith(typed[1].toLowerCase()));
    if (found.length && text.value === typed[0]) this.#open(found);
    else this.#close();
  }

  #open(commands) {
    this.#commands = commands;
    options.replaceChildren(...commands.map((entry, place) => {
      const option = element("li", { role: "option", id: `command-${place}`, "aria-selected": "false", "data-testid": "command" },
        element("strong", {}, `/${entry.command}`), element("span", {}, entry.description));
      option.addEventListener("mousedown", (event) => { event.preventDefault(); this.#pick(entry); });
      return option;
    }));
    $("menu-empty").hidden = commands.length > 0;
    menu.hidden = false;
    $("menu-button").setAttribute("aria-expanded", "true");
    this.#choose(commands.length ? 0 : -1);
  }

  #choose(place) {
    const entries = [...options.children];
    this.#chosen = entries.length ? (place + entries.length) % entries.length : -1;
    for (const [at, entry] of entries.entries()) entry.setAttribute("aria-selected", String(at === this.#chosen));
    entries[this.#chosen]?.scrollIntoView({ block: "nearest" });
    if (this.#chosen >= 0) text.setAttribute("aria-activedescendant", `command-${this.#chosen}`);
    else text.removeAttribute("aria-activedescendant");
  }

  #complete(entry) {
    text.value = `/${entry.command} `;
    this.#close();
  }

  #pick(entry) {
    text.value = `/${entry.command}`;
    this.#submit();
  }

  #close() {
    menu.hidden = true;
    $("menu-button").setAttribute("aria-expanded", "false");
    this.#choose(-1);
  }
}
