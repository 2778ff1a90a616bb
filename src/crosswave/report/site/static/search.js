// Searches the whole site from any page. The index is loaded when the box is first used; it works from disk.
// Whole words are found, the last one also by its beginning, in the singular and the plural, and words alike. Where no
// entry has them all, those are found that have most.
"use strict";

{
const form = document.querySelector("form.find");
const up = form.dataset.up;
const field = form.elements.find;
const results = form.querySelector(".results");
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/(\d)\s+%/g, "$1%").replace(/[^\p{L}\p{N}%]+/gu, " ").trim();
const one = (word) => (word.length > 3 ? word.replace(/s$/, "") : word);
const shape = (text) => ` ${plain(text).split(" ").map(one).join(" ")} `;
let index = null;

function load() {
  if (index) return;
  index = { entries: [], alike: [] };
  const script = document.createElement("script");
  script.src = `${up}assets/search-index.js`;
  script.addEventListener("load", () => {
    const { kinds, tables, entries, alike } = window.crosswaveIndex;
    const known = entries.map(([kind, text, href, more]) => ({ kind, text, href, title: shape(text), all: shape(`${text} ${more}`) }));
    index = { kinds, tables, entries: known, alike: alike.map((words) => words.map(shape)) };
    show();
  });
  document.head.append(script);
}

// Each part of a query is found by any of its words alike.
function parts(query) {
  let rest = shape(query);
  const found = [];
  for (const group of index.alike) {
    const word = group.find((each) => rest.includes(each));
    if (!word) continue;
    rest = rest.replace(word, " ");
    found.push(group);
  }
  const words = rest.trim().split(" ").filter(Boolean);
  return [...found, ...words.map((word, k) => [k === words.length - 1 ? ` ${word}` : ` ${word} `])];
}

function search(query) {
  const wanted = parts(query);
  const within = (text) => wanted.filter((group) => group.some((word) => text.includes(word))).length;
  const known = index.entries.map((entry) => ({ entry, has: within(entry.all) }));
  const most = known.reduce((so, { has }) => Math.max(so, has), 0);
  const pages = index.kinds.length - 1;
  const found = known
    .filter(({ has }) => has && has === most)
    .map(({ entry }) => ({ entry, score: 4 * within(entry.title) - entry.kind % pages }))
    .sort((a, b) => b.score - a.score || a.entry.text.length - b.entry.text.length)
    .map(({ entry }) => entry);
  return { found, all: most === wanted.length };
}

function line(text, href) {
  const item = document.createElement("li");
  const link = item.appendChild(document.createElement("a"));
  link.textContent = text;
  link.href = href;
  return item;
}

function show() {
  const query = field.value.trim();
  results.hidden = query.length < 2 || !index?.kinds;
  if (results.hidden) return;
  const { found, all } = search(query);
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  const most = 200;
  const cut = found.length > most ? `; the first ${most} are below, another word finds fewer` : "";
  said.textContent = found.length
    ? `${found.length} found${all ? "" : " with most of these words; none has all"}${cut}`
    : `Nothing found for “${query}”. Try one word, or another word for it. Everything is in these tables:`;
  const list = document.createElement("ul");
  for (const entry of found.slice(0, most)) {
    const item = line(entry.text, up + entry.href);
    item.append(` ${index.kinds[entry.kind]}`);
    list.append(item);
  }
  if (!found.length) list.append(...index.tables.map((href, kind) => line(index.kinds[kind], up + href)));
  results.replaceChildren(said, list);
}

function move(event) {
  const links = [field, ...results.querySelectorAll("a")];
  const place = links.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") {
    results.hidden = true;
    field.focus();
  } else if (step && place >= 0 && !results.hidden) {
    event.preventDefault();
    links[(place + step + links.length) % links.length].focus();
  }
}

field.addEventListener("focus", load);
field.addEventListener("input", () => { load(); show(); });
form.addEventListener("keydown", move);
form.addEventListener("submit", (event) => { event.preventDefault(); results.querySelector("a")?.click(); });
form.addEventListener("focusout", (event) => { if (event.relatedTarget && !form.contains(event.relatedTarget)) results.hidden = true; });
document.addEventListener("click", (event) => { if (!form.contains(event.target)) results.hidden = true; });
form.hidden = false;
}
