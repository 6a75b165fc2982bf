// One file, in chunks, from where the server says it stands. The token is behind the address's "#" and goes into a header only.

const page = document.getElementById("page");
const words = JSON.parse(page.dataset.words);
const [file, form, drop, bar, share, which, status, trouble, retry, underWay] = [
  "file", "form", "drop", "bar", "share", "which", "status", "trouble", "retry", "under-way",
].map((id) => document.getElementById(id));

const [token, more = ""] = location.hash.slice(1).split(/[?&](.*)/s);
const initData = new URLSearchParams(more).get("tgWebAppData") ?? "";
const REMEMBERED = "carnet-upload"; // which page began, so that it may go on after a reload; neither name nor token
const PAUSES = [1, 2, 4, 8, 15]; // seconds
const FINAL = new Set(["malformed", "over", "other_file", "too_large", "empty", "full", "stranger", "changed"]);

let standing = null;
let running = false;

class Refused extends Error {
  constructor(code, received) {
    super(code);
    this.code = code;
    this.received = received;
  }
}

const language = document.documentElement.lang;
const spoken = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const percent = (part) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(Math.floor(part * 100) / 100);

function size(bytes) {
  const [unit, by] = bytes < 1e6 ? ["kilobyte", 1e3] : bytes < 1e9 ? ["megabyte", 1e6] : ["gigabyte", 1e9];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(bytes / by);
}

function tell(text, { done = false } = {}) {
  if (status.textContent !== text) status.textContent = text; // said aloud once
  status.classList.toggle("done", done);
}

function complain(code) {
  trouble.textContent = code ? spoken(`error_${words[`error_${code}`] ? code : "later"}`) : "";
}

async function ask(path, options = {}) {
  const headers = { Authorization: `Bearer ${token}`, ...options.headers };
  const answer = await fetch(path, { ...options, headers, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" });
  const said = await answer.json().catch(() => ({ error: "later" }));
  if (!answer.ok) throw new Refused(said.error ?? "later", said.received);
  return said;
}

const rest = (seconds) => new Promise((resolve) => {
  const timer = setTimeout(resolve, seconds * 1000);
  addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
  retry.onclick = () => { clearTimeout(timer); resolve(); };
});

// Try until it is done or cannot be: a line that is cut comes back.
async function insist(act) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Refused && FINAL.has(error.code)) throw error;
      if (!(error instanceof Refused && error.code === "offset")) await pause(tries);
    }
  }
}

async function pause(tries) {
  tell(spoken(navigator.onLine ? "waiting" : "offline"));
  retry.hidden = false;
  await rest(PAUSES[Math.min(tries, PAUSES.length - 1)]);
  retry.hidden = true;
}

// The same file chosen again is known by when it was last changed: of two with one name and size, only one goes on.
function client(chosen) {
  const mark = `-${chosen.lastModified.toString(36)}`;
  try {
    const known = JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}");
    if (known.of === token.slice(-8) && known.client.endsWith(mark)) return known.client;
    const made = `${crypto.getRandomValues(new Uint32Array(4)).join("-")}${mark}`;
    if (!standing.begun) localStorage.setItem(REMEMBERED, JSON.stringify({ of: token.slice(-8), client: made }));
    return made;
  } catch {
    return `${crypto.getRandomValues(new Uint32Array(4)).join("-")}${mark}`; // no storage: it cannot go on after a reload
  }
}

function forget() {
  try { localStorage.removeItem(REMEMBERED); } catch { /* there was none */ }
}

function show(received, total) {
  bar.value = total ? received / total : 0;
  share.textContent = spoken("sent_share", { sent: size(received), size: size(total), percent: percent(bar.value) });
}

function finish() {
  running = false;
  forget();
  show(standing.size, standing.size);
  form.hidden = true;
  underWay.hidden = false;
  retry.hidden = true;
  which.textContent = "";
  complain("");
  tell(`${spoken("done")} ${spoken("done_close")}`, { done: true });
}

async function read(chosen, from, to) {
  const bytes = await chosen.slice(from, to).arrayBuffer().catch(() => null);
  if (bytes?.byteLength !== to - from) throw new Refused("changed"); // moved, deleted or written to since it was chosen
  return bytes;
}

async function send(chosen) {
  const mine = client(chosen);
  const body = JSON.stringify({ client: mine, name: chosen.name, size: chosen.size, init_data: initData });
  standing = await insist(() => ask("begin", { method: "POST", body, headers: { "Content-Type": "application/json" } }));
  let failed = false;
  while (!standing.done) {
    // After a cut, or when another tab was quicker, only the server knows how far it got.
    standing = await insist(async () => {
      const now = failed || standing.received === standing.size ? await ask("state") : standing;
      failed = true;
      const next = now.done ? now : await put(chosen, mine, now);
      failed = false;
      return next;
    });
  }
}

async function put(chosen, mine, now) {
  tell(spoken("sending"));
  show(now.received, chosen.size);
  const body = await read(chosen, now.received, Math.min(now.received + now.chunk, chosen.size));
  const headers = { "Upload-Client": mine, "Upload-Offset": `${now.received}`, "Content-Type": "application/octet-stream" };
  return ask("chunk", { method: "PUT", body, headers });
}

async function begin(chosen) {
  if (running || !standing || !chosen) return;
  complain("");
  if (chosen.size > standing.most) return complain("too_large");
  if (!chosen.size) return complain("empty");
  running = true;
  form.hidden = true;
  underWay.hidden = false;
  which.textContent = chosen.name; // on this screen only
  underWay.scrollIntoView({ block: "nearest" });
  try {
    await send(chosen);
    finish();
  } catch (error) {
    running = false;
    tell("");
    complain(error instanceof Refused ? error.code : "later");
    retry.hidden = true;
    form.hidden = error instanceof Refused && ["over", "stranger"].includes(error.code);
    underWay.hidden = true;
    file.value = "";
    if (!form.hidden) file.focus();
  }
}

async function start() {
  document.getElementById("other").hash = location.hash;
  tell(spoken("checking"));
  if (!/^[0-9a-f]{64}$/.test(token)) {
    tell("");
    return complain("over");
  }
  try {
    standing = await insist(() => ask("state"));
  } catch (error) {
    tell("");
    return complain(error instanceof Refused ? error.code : "later");
  }
  const ends = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(standing.ends);
  document.getElementById("limit").textContent = spoken("limit", { size: size(standing.most) });
  document.getElementById("ends").textContent = spoken("ends", { time: ends });
  if (standing.done) return finish();
  file.disabled = false;
  if (standing.begun) {
    underWay.hidden = false;
    show(standing.received, standing.size);
  }
  tell(spoken(standing.begun ? "again_same" : "ready"));
}

file.addEventListener("change", () => begin(file.files[0]));
form.addEventListener("submit", (event) => event.preventDefault());
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  event.preventDefault(); // else the browser would leave the page and show the file
  drop.classList.remove("over");
  if (!file.disabled) begin(event.dataTransfer.files[0]);
});
addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });
start();
