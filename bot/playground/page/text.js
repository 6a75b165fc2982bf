// Styled text and localised words. Everything is set as text nodes: nothing a message holds is ever read as HTML.

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "mark",
};
const GLYPHS = {
  "🩺": "health", "✅": "check", "✏": "pencil", "🗑": "bin", "🇫🇷": "french", "🇬🇧": "english", "🚨": "alarm",
  "⚠": "warning", "⚑": "flag", "🌍": "globe", "🌙": "moon", "🎚": "dial", "📝": "note",
};
const GLYPH = new RegExp(`(${Object.keys(GLYPHS).join("|")})\\ufe0f?`, "gu");
const SVG = "http://www.w3.org/2000/svg";
const ACTIVE = /(?<address>https?:\/\/[^\s]*[\w/])|(?<![\w/<>])(?<command>\/[a-z0-9_]{1,32})(?![\w/])/g;

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// Drawn rather than left to the machine's fonts, which may have none; each stays text for readers and copies.
export function drawn(text) {
  const out = document.createDocumentFragment();
  let at = 0;
  for (const found of text.matchAll(GLYPH)) {
    const picture = document.createElementNS(SVG, "svg");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `/page/glyphs.svg#${GLYPHS[found[1]]}`);
    picture.setAttribute("aria-hidden", "true");
    picture.append(use);
    out.append(text.slice(at, found.index), element("span", { class: "glyph" }, found[0], picture));
    at = found.index + found[0].length;
  }
  out.append(text.slice(at));
  return out;
}

export function styled(text, entities, onCommand = null) {
  const ordered = entities.filter((mark) => TAGS[mark.type] || mark.url)
    .toSorted((a, b) => a.offset - b.offset || b.length - a.length);
  return stretch(text, 0, text.length, ordered, onCommand);
}

function stretch(text, start, end, marks, onCommand) {
  const out = document.createDocumentFragment();
  let at = start;
  while (marks.length) {
    const mark = marks[0];
    const stop = Math.min(mark.offset + mark.length, end);
    const inner = marks.filter((other, place) => place > 0 && other.offset < stop);
    marks = marks.filter((other) => other.offset >= stop);
    if (mark.offset < at || stop <= mark.offset) continue;
    out.append(plain(text.slice(at, mark.offset), onCommand));
    const content = stretch(text, mark.offset, stop, inner, mark.type === "code" || mark.type === "pre" ? null : onCommand);
    out.append(element(TAGS[mark.type] ?? "span", {}, content));
    if (mark.url) out.append(element("span", { class: "address" }, ` (${mark.url})`));
    at = stop;
  }
  out.append(plain(text.slice(at, end), onCommand));
  return out;
}

function plain(text, onCommand) {
  if (!onCommand) return drawn(text);
  const out = document.createDocumentFragment();
  let at = 0;
  for (const found of text.matchAll(ACTIVE)) {
    const { address, command } = found.groups;
    const link = address
      ? element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address)
      : element("button", { type: "button", class: "command" }, command);
    if (command) link.addEventListener("click", () => onCommand(command));
    out.append(drawn(text.slice(at, found.index)), link);
    at = found.index + found[0].length;
  }
  out.append(drawn(text.slice(at)));
  return out;
}

export function size(bytes, language) {
  const [unit, by] = bytes < 1000 ? ["byte", 1] : bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const digits = unit === "megabyte" ? 1 : 0;
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumFractionDigits: digits }).format(bytes / by);
}

export function clock(date, language) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(date);
}

export function day(date, language, words) {
  const midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0);
  const ago = Math.round((midnight(Date.now()) - midnight(date)) / 864e5);
  if (ago === 0) return words.today;
  if (ago === 1) return words.yesterday;
  return new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" }).format(date);
}

// Fill every marked element with the person's language.
export function speak(words, language) {
  document.documentElement.lang = language;
  document.title = words.title;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = words[one.dataset.say];
  for (const one of document.querySelectorAll("[data-say-label]")) one.setAttribute("aria-label", words[one.dataset.sayLabel]);
  for (const one of document.querySelectorAll("[data-say-title]")) one.title = words[one.dataset.sayTitle];
  for (const one of document.querySelectorAll("[data-say-placeholder]")) one.placeholder = words[one.dataset.sayPlaceholder];
}
