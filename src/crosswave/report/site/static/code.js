// One button opens or folds the code of all cells. Without this file each cell opens by itself.
"use strict";

const cells = Array.from(document.querySelectorAll("details.code"));
const button = document.createElement("button");

function label() {
  button.textContent = cells.every((cell) => cell.open) ? "Fold all code" : "Show all code";
}

button.type = "button";
button.className = "all-code";
button.addEventListener("click", () => {
  const open = !cells.every((cell) => cell.open);
  for (const cell of cells) cell.open = open;
  label();
});
for (const cell of cells) cell.addEventListener("toggle", label);
if (cells.length) {
  label();
  cells[0].before(button);
}
