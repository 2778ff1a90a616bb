// Shows only the entries that hold every word of the search box. Without this file the list is simply complete.
"use strict";

const form = document.getElementById("search");
const box = document.getElementById("query");
const found = document.getElementById("found");
const entries = Array.from(document.querySelectorAll("li.entry"));
const groups = Array.from(document.querySelectorAll("section.group")).filter((group) => group.querySelector("li.entry"));
const texts = new Map(entries.map((entry) => [entry, plain(entry.textContent)]));

function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[-_/]+/g, " ");
}

function search() {
  const words = plain(box.value).split(/\s+/).filter(Boolean);
  for (const entry of entries) {
    entry.hidden = !words.every((word) => texts.get(entry).includes(word));
  }
  for (const group of groups) {
    group.hidden = !group.querySelector("li.entry:not([hidden])");
  }
  const shown = entries.filter((entry) => !entry.hidden).length;
  found.textContent = words.length ? `${shown} of ${entries.length} pages` : "";
}

form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
box.addEventListener("input", search);
search();
