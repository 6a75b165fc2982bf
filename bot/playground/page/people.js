// Who is chatting: the switcher and the dialog that brings in someone new.

import { element } from "./text.js";

const list = document.getElementById("people");
const dialog = document.getElementById("newcomer");
const form = document.getElementById("newcomer-form");

const initials = (name) => name.split(/[\s-]+/).slice(0, 2).map((part) => Array.from(part)[0] ?? "").join("").toUpperCase();

export function showPeople(people, current, words, choose) {
  list.replaceChildren(...people.map((person, place) => {
    const button = element("button", { type: "button", "data-testid": "persona", "data-person": person.id, lang: person.language, "aria-current": String(person.id === current) },
      element("span", { class: `avatar tone-${place % 6}`, "aria-hidden": "true" }, initials(person.name)),
      element("span", {}, person.name, element("span", { class: "language" }, person.language === "fr" ? "Français" : "English")));
    button.addEventListener("click", () => choose(person));
    return element("li", {}, button);
  }));
  list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest", inline: "center" });
}

export function offerNewcomer(language, add) {
  document.getElementById("meet").onclick = () => {
    form.reset();
    form.elements.language.value = language();
    dialog.showModal();
  };
  document.getElementById("newcomer-cancel").onclick = () => dialog.close();
  form.onsubmit = async (event) => {
    event.preventDefault();
    const name = document.getElementById("newcomer-name").value.trim();
    if (name && await add(name, form.elements.language.value)) dialog.close();
  };
}
