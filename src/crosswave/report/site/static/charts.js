// What a dot says shows below its chart, on hover and on focus. Charts are saved as SVG or PNG; words are copied.
"use strict";

{
function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", () => act(made));
  return made;
}

function copier(words) {
  const made = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(words);
    } catch { // a page opened from disk may have no clipboard of its own
      const field = document.body.appendChild(document.createElement("textarea"));
      field.value = words;
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    made.textContent = "Copied";
  });
  made.className = "copy";
  return made;
}

function save(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

function standalone(svg) {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
}

function png(svg, name) {
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    const box = svg.viewBox.baseVal;
    [canvas.width, canvas.height] = [box.width * 3, box.height * 3];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    save(canvas.toDataURL("image/png"), `${name}.png`);
  };
  image.src = standalone(svg);
}

for (const chart of document.querySelectorAll("figure.chart")) {
  const svg = chart.querySelector("svg");
  const caption = chart.querySelector("figcaption");
  const name = (caption.dataset.name || "chart").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  caption.append(
    button("SVG", () => save(standalone(svg), `${name}.svg`)),
    button("PNG", () => png(svg, name)),
    copier(caption.textContent.trim()),
  );
  if (!svg.querySelector("[tabindex]")) continue;
  const tip = document.createElement("p");
  tip.className = "tip";
  tip.textContent = "Point at a dot, or move to it with the Tab key, for wording, numbers and source.";
  caption.before(tip);
  for (const event of ["mouseover", "focusin"]) {
    svg.addEventListener(event, (found) => {
      const dot = found.target.closest("[tabindex]");
      if (dot) tip.textContent = dot.querySelector("title").textContent;
    });
  }
}
for (const words of document.querySelectorAll(".box .say dd")) words.append(copier(words.textContent));
}
