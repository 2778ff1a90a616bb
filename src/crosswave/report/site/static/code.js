// One button shows or hides the code of all cells, at the foot of the page. Without this file each cell opens by itself.
"use strict";

const cells = Array.from(document.querySelectorAll("details.code"));
const button = document.createElement("button");

function show(open) {
  document.body.classList.toggle("codeless", !open);
  for (const cell of cells) cell.open = open;
  button.textContent = open ? "Hide the code" : "Show the code";
  button.setAttribute("aria-pressed", String(open));
}

button.type = "button";
button.className = "all-code";
button.addEventListener("click", () => show(button.getAttribute("aria-pressed") !== "true"));
if (cells.length) {
  show(false);
  document.querySelector(".made").before(button);
}
