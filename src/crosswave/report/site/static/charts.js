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

// Lines of at most so many letters.
function lines(text, letters) {
  return text.trim().split(/\s+/).reduce((all, word) => {
    if (all.length && all.at(-1).length + word.length < letters) all[all.length - 1] += ` ${word}`;
    else all.push(word);
    return all;
  }, []);
}

// A chart as a drawing of its own: as wide as it was drawn, below its title.
function standalone(chart) {
  const svg = chart.querySelector("svg");
  stack(svg, false);
  const made = svg.cloneNode(true);
  stack(svg, narrow.matches);
  const [strong, more] = chart.querySelector(".title")?.childNodes ?? [];
  const told = [
    ...lines(strong?.textContent ?? "", 80).map((words) => [words, { "font-weight": "bold", "font-size": "14.7" }]),
    ...lines(more?.textContent ?? "", 105).map((words) => [words, {}]),
  ];
  const add = (parent, name, values, words = "") => {
    const element = parent.appendChild(document.createElementNS(made.namespaceURI, name));
    for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
    element.append(words);
    return element;
  };
  const [tall, head] = [parseFloat(made.getAttribute("height")), told.length * 18 + 8];
  const body = add(made, "svg", { y: head, height: tall, overflow: "visible" });
  body.append(...made.querySelectorAll(":scope > .panel"));
  told.forEach(([words, look], place) => add(made, "text", { x: 8, y: 18 * (place + 1), ...look }, words));
  made.setAttribute("height", tall + head);
  return made;
}

function address(svg) {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
}

function png(svg, name) {
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = ["width", "height"].map((side) => 3 * parseFloat(svg.getAttribute(side)));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    save(canvas.toDataURL("image/png"), `${name}.png`);
  };
  image.src = address(svg);
}

// Small charts beside one another are one below the other where the page is narrow.
const narrow = matchMedia("(max-width: 36rem)");
function stack(svg, below) {
  const panels = [...svg.querySelectorAll(":scope > .panel[width]")];
  if (!panels.length) return;
  svg.dataset.tall ??= svg.getAttribute("height");
  let down = 0;
  for (const panel of panels) {
    panel.dataset.place ??= ["x", "y", "width"].map((name) => panel.getAttribute(name)).join();
    const place = below ? ["0", down, "100%"] : panel.dataset.place.split(",");
    ["x", "y", "width"].forEach((name, k) => panel.setAttribute(name, place[k]));
    down += Number(panel.getAttribute("height"));
  }
  svg.setAttribute("height", below ? down : svg.dataset.tall);
}

// One stop of the Tab key for each chart; arrow keys lead from dot to dot.
function point(svg, tip) {
  const dots = [...svg.querySelectorAll("[tabindex]")];
  if (!dots.length) return false;
  for (const event of ["mouseover", "focusin"]) {
    svg.addEventListener(event, (found) => {
      const dot = found.target.closest("[tabindex]");
      if (!dot) return;
      tip.textContent = dot.querySelector("title").textContent;
      if (event === "focusin") dots.forEach((one) => one.setAttribute("tabindex", one === dot ? 0 : -1));
    });
  }
  svg.addEventListener("keydown", (event) => {
    const here = dots.indexOf(document.activeElement);
    const steps = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: -1 };
    if (here < 0 || !(event.key in steps)) return;
    event.preventDefault();
    dots.at(steps[event.key] % dots.length).focus();
  });
  return true;
}

for (const chart of document.querySelectorAll("figure.chart")) {
  const svg = chart.querySelector("svg");
  const caption = chart.querySelector("figcaption");
  const name = (caption.dataset.name || "chart").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  caption.append(
    button("SVG", () => save(address(standalone(chart)), `${name}.svg`)),
    button("PNG", () => png(standalone(chart), name)),
    copier(caption.textContent.trim()),
  );
  stack(svg, narrow.matches);
  narrow.addEventListener("change", () => stack(svg, narrow.matches));
  const tip = document.createElement("p");
  tip.className = "tip";
  tip.textContent = "Point at a dot, or reach the chart with the Tab key and its dots with the arrow keys, for wording, numbers and source.";
  if (point(svg, tip)) caption.before(tip);
}
for (const words of document.querySelectorAll(".box .say dd")) words.append(copier(words.textContent));
}
