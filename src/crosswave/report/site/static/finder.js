// Searches, filters and sorts the one long table of a page. Without this file the table is whole, in its first order.
// What is shown is in the address behind #, so that it can be linked: #q=skills&year=2017&sort=year&order=descending
"use strict";

const form = document.querySelector("form.finder");
const table = document.querySelector("table.finder");
const body = table.tBodies[0];
const heads = Array.from(table.tHead.rows[0].cells);
const found = form.querySelector(".found");
const titles = heads.map((head) => head.textContent);
const selects = Array.from(form.querySelectorAll("select"));
const places = new Map(heads.map((head, place) => [head.dataset.key, place]));
const all = Number(found.textContent.split(" ")[0]);
let records = [];
const order = { key: "", descending: false };

function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[-_/]+/g, " ");
}

function texts(row) {
  return Array.from(row.cells, (cell) => cell.textContent);
}

function values(row) {
  return selects.map((select) => {
    const cell = row.cells[places.get(select.name)];
    if (!cell) return (row.dataset[select.name] ?? "").split("|");
    return cell.dataset.values === undefined ? [cell.textContent] : cell.dataset.values.split("|");
  });
}

// A narrow screen shows each row as a card, whose lines need the names of the columns.
function read() {
  for (const row of body.rows) Array.from(row.cells).forEach((cell, place) => { cell.dataset.title = titles[place]; });
  records = Array.from(body.rows, (row, first) => ({ row, first, text: plain(texts(row).join(" ")), values: values(row) }));
}

// A long table has its first rows at once, and the others when a reader looks for one or comes to the end.
function whole() {
  const address = table.dataset.rest;
  if (!address) return;
  delete table.dataset.rest;
  const script = document.createElement("script");
  script.src = address;
  script.addEventListener("load", () => {
    body.insertAdjacentHTML("beforeend", window.crosswaveRows);
    read();
    recall();
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  });
  document.head.append(script);
}

function show() {
  const words = plain(form.q.value).split(/\s+/).filter(Boolean);
  const wanted = selects.map((select) => select.value);
  let shown = 0;
  for (const { row, text, values } of records) {
    const fits = words.every((word) => text.includes(word)) && wanted.every((one, k) => !one || values[k].includes(one));
    row.hidden = !fits;
    shown += fits;
  }
  found.textContent = shown === all ? `${all} ${found.dataset.unit}` : `${shown} of ${all} ${found.dataset.unit}`;
}

function key(record, place) {
  const cell = record.row.cells[place];
  if (cell.dataset.sort !== undefined) return Number(cell.dataset.sort);
  if (cell.textContent && !Number.isNaN(Number(cell.textContent))) return Number(cell.textContent);
  return cell.textContent ? plain(cell.textContent) : null;
}

// Numbers before words, and cells that say nothing last, whichever way the rest goes.
function compare(one, two) {
  if (one === null || two === null) return (one === null) - (two === null);
  const [turn, a, b] = [order.descending ? -1 : 1, one, two];
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return turn * (typeof a === "number" ? a - b : a < b ? -1 : a > b ? 1 : 0);
}

function sort() {
  const place = places.get(order.key);
  const keyed = records.map((record) => [place === undefined ? null : key(record, place), record]);
  keyed.sort((one, two) => compare(one[0], two[0]) || one[1].first - two[1].first);
  body.append(...keyed.map(([, record]) => record.row));
  for (const head of heads) {
    if (head.dataset.key !== order.key) head.removeAttribute("aria-sort");
    else head.setAttribute("aria-sort", order.descending ? "descending" : "ascending");
  }
}

function remember() {
  const state = new URLSearchParams();
  for (const field of [form.q, ...selects]) if (field.value) state.set(field.name, field.value);
  if (order.key) state.set("sort", order.key);
  if (order.descending) state.set("order", "descending");
  history.replaceState(null, "", `#${state}`);
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1));
  const known = [...state.keys()].some((name) => name === "sort" || name in form.elements);
  if (location.hash.length > 1 && !known) return; // the address names a row
  for (const field of [form.q, ...selects]) field.value = state.get(field.name) ?? "";
  order.key = places.has(state.get("sort")) ? state.get("sort") : "";
  order.descending = Boolean(order.key) && state.get("order") === "descending";
  sort();
  show();
}

function turn(name) {
  order.descending = order.key === name && !order.descending;
  order.key = name;
  sort();
  remember();
}

function csv() {
  const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = Array.from(body.rows).filter((row) => !row.hidden).map(texts);
  return [titles, ...rows].map((row) => row.map((text) => quoted(text.trim())).join(",")).join("\r\n") + "\r\n";
}

function download(name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", csv()], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

for (const head of heads) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  button.addEventListener("click", () => turn(head.dataset.key));
  head.append(button);
}
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => { show(); remember(); });
form.addEventListener("reset", () => setTimeout(() => { order.key = ""; order.descending = false; sort(); show(); remember(); }));
form.querySelector("[data-download]").addEventListener("click", (event) => download(event.target.dataset.download));
addEventListener("hashchange", recall);
for (const event of ["focusin", "pointerdown"]) for (const part of [form, table.tHead]) part.addEventListener(event, whole);
new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) whole(); }).observe(body.rows[body.rows.length - 1]);
if (location.hash.length > 1) whole();
read();
form.hidden = false;
recall();
performance.mark("ready");
