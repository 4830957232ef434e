// The pairs of pictures that show an aspect: all of them in a list, and one of them large.
import {picture} from "./api.js";
import {element, number} from "./element.js";

const $ = id => document.getElementById(id);

const drawn = pair => pair.prompt ?? pair.baseFile ?? `pair ${pair.index + 1}`;
const seed = pair => (pair.seed == null ? "" : `, seed ${pair.seed}`);
const quoted = pair => (pair.prompt ? `“${pair.prompt}”` : drawn(pair));
const isKept = pair => Boolean(pair.base && pair.personalized);

function image(id, pair, side) {
  return element("img", {src: picture(id, pair.index, side), alt: "", loading: "lazy"});
}

function enlarge(id, pair, aspect) {
  $("pairs").querySelectorAll("button").forEach(button =>
    button.setAttribute("aria-pressed", button.dataset.pair === String(pair.index)));
  $("viewer").hidden = !isKept(pair);
  if (isKept(pair)) {
    for (const [place, side] of [["left", "base"], ["right", "personalized"]]) {
      $(place).src = picture(id, pair.index, side);
      $(place).alt = `${side}: ${drawn(pair)}`;
    }
  }
  $("caption").textContent = `${quoted(pair)}${seed(pair)}. It shows “${aspect.name}” by ${number(pair.shows[aspect.name])}.`;
}

const pictures = (id, pair) =>
  element("span", {class: "pictures"}, image(id, pair, "base"), image(id, pair, "personalized"));

function item(id, pair, aspect) {
  const button = element("button", {type: "button", "data-pair": pair.index, "aria-pressed": "false"},
    ...(isKept(pair) ? [pictures(id, pair)] : []),
    element("b", {}, number(pair.shows[aspect.name])),
    element("span", {class: "what"}, `${drawn(pair)}${seed(pair)}`));
  button.addEventListener("click", () => enlarge(id, pair, aspect));
  return element("li", {}, button);
}

function extreme(id, text, pair, aspect) {
  const button = element("button", {type: "button", class: "link"},
    `${text}: ${quoted(pair)}${seed(pair)} (${number(pair.shows[aspect.name])})`);
  button.addEventListener("click", () => enlarge(id, pair, aspect));
  return button;
}

// Shows the pairs of an explanation by how much they show an aspect.
export function showPairs(id, pairs, aspect) {
  const sorted = [...pairs].sort((a, b) => b.shows[aspect.name] - a.shows[aspect.name]);
  $("pairs").replaceChildren(...sorted.map(pair => item(id, pair, aspect)));
  $("pairs").classList.toggle("unkept", !sorted.some(isKept));
  $("sorted").hidden = !sorted.length;
  $("unkept").hidden = !sorted.length || sorted.some(isKept);
  $("viewer").hidden = true;
  $("extremes").replaceChildren();
  if (sorted.length) {
    $("extremes").append(
      extreme(id, "Shown best", sorted[0], aspect), " ", extreme(id, "Shown worst", sorted.at(-1), aspect));
    enlarge(id, sorted[0], aspect);
  }
}

const divide = () => $("divided").style.setProperty("--divider", `${$("divider").value}%`);
$("divider").addEventListener("input", divide);
divide();
for (const place of ["left", "right"]) {
  // Small pictures are shown as they are, large ones as smooth as they come.
  $(place).addEventListener("load", () => $(place).classList.toggle("small", $(place).naturalWidth < 128));
}
// A pointer on the picture moves the divider as well.
$("divided").addEventListener("pointermove", event => {
  if (event.buttons || event.pointerType === "mouse") {
    const place = $("divided").getBoundingClientRect();
    $("divider").value = Math.round(100 * (event.clientX - place.left) / place.width);
    divide();
  }
});
