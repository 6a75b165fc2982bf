// Connects the page: who is chatting, what they do, and the live stream of what they see.

import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { offerNewcomer, showPeople } from "./people.js";
import { drawn, speak } from "./text.js";

const $ = (id) => document.getElementById(id);
const frame = await (await fetch("/api/page")).json();
let person = null;
let stream = null;
let toastTimer = 0;

const words = () => frame.strings[person.language];

async function post(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (answer.ok) return await answer.json();
  } catch { /* the server is away; said below */ }
  say(words().failed);
  return null;
}

function say(notice) {
  const toast = $("toast");
  toast.textContent = notice;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.hidden = true; }, 4_000);
}

const send = (text, thread = null) => post("/api/say", { person: person.id, text, thread });

async function press(message, data) {
  const answer = await post("/api/press", { person: person.id, message, data });
  if (!answer?.notice) return;
  if (answer.alert) {
    $("alert-text").textContent = answer.notice;
    $("alert").showModal();
  } else say(answer.notice);
}

async function upload(file, caption, thread) {
  const headers = {
    "content-type": "application/octet-stream", "x-person": String(person.id), "x-name": encodeURIComponent(file.name),
    "x-media-type": file.type || "application/octet-stream", "x-caption": encodeURIComponent(caption),
  };
  if (thread) headers["x-thread"] = String(thread);
  $("status").textContent = words().sending;
  try {
    if ((await fetch("/api/upload", { method: "POST", headers, body: file })).ok) return true;
  } catch { /* the server is away; said below */ } finally { $("status").textContent = words().status; }
  say(words().failed);
  return false;
}

async function sendSample() {
  try {
    const sample = await fetch(`/page/samples/${person.language}.pdf`);
    if (sample.ok) {
      composer.send(new File([await sample.blob()], words().sample_name, { type: "application/pdf" }));
      return;
    }
  } catch { /* the server is away; said below */ }
  say(words().failed);
}

// Asked anew each time: a bot sets its name and menu when it starts, which may be after this page.
async function meetBot() {
  const asked = person;
  const bot = await (await fetch(`/api/bot?person=${asked.id}`)).json();
  if (asked !== person) return bot;
  $("bot-name").textContent = bot.name || words().bot_name;
  $("description").textContent = bot.description || words().empty_text;
  return bot;
}

const chat = new Chat({ mark: frame.mark, actions: { press, command: send, said: say } });
const composer = new Composer({ send, upload, commands: async () => (await meetBot()).commands, said: say });

function follow() {
  stream?.close();
  stream = new EventSource(`/api/events?person=${person.id}`);
  stream.onopen = () => { $("lost").hidden = true; };
  stream.onerror = ({ target }) => {
    $("lost").hidden = false;
    // Refused, not merely cut: the playground started anew and does not know this person.
    if (target.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3_000);
  };
  stream.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.topics) {
      chat.setTopics(event.topics);
      composer.topics(event.topics);
    }
    if (event.type === "chat") chat.show(event, { words: words(), language: person.language });
    else if (event.type === "message" || event.type === "file") chat.add(event.message);
    else if (event.type === "edit") chat.edit(event.message);
    else if (event.type === "delete") chat.remove(event.message);
    else if (event.type === "typing") chat.typing(event.text);
    else if (event.type === "draft") chat.draft(event);
  };
}

function choose(chosen) {
  person = chosen;
  history.replaceState(null, "", `#${person.id}`);
  speak(words(), person.language);
  showPeople(frame.people, person.id, words(), choose);
  composer.speak(words(), person.language);
  composer.clear();
  meetBot();
  follow();
  if (matchMedia("(pointer: fine)").matches) $("text").focus();
}

async function add(name, language) {
  const newcomer = await post("/api/people", { name, language });
  if (!newcomer) return false;
  if (!frame.people.some((known) => known.id === newcomer.id)) frame.people.push(newcomer);
  choose(newcomer);
  return true;
}

offerNewcomer(() => person.language, add);
$("health-mark").append(drawn(frame.mark));
$("start").addEventListener("click", () => send("/start"));
$("sample").addEventListener("click", sendSample);
$("alert-close").addEventListener("click", () => $("alert").close());
const preferred = frame.people.find((known) => navigator.language.startsWith(known.language));
choose(frame.people.find((known) => `#${known.id}` === location.hash) ?? preferred ?? frame.people[0]);
