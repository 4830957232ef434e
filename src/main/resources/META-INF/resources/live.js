// Shows what is found of an explanation while it is made: the last pairs of pictures, and the aspects so far.
import {element} from "./element.js";
import {showPartial} from "./result.js";

const $ = id => document.getElementById(id);

const image = (address, side) => element("img", {src: address, alt: side});

function pair({index, base, personalized}) {
  return element("li", {class: "pictures", "data-pair": index}, image(base, "base"), image(personalized, "personalized"));
}

// Pictures that have not come yet are not waited for.
const giveUp = item => item.querySelectorAll("img").forEach(image => image.removeAttribute("src"));

// Pairs that are shown already stay as they are, so that nothing flickers. Nothing is said aloud of any of them.
function showLatest(pairs) {
  const shown = new Map([...$("latest").children].map(item => [item.dataset.pair, item]));
  const latest = pairs.map(found => shown.get(String(found.index)) ?? pair(found));
  [...shown.values()].filter(item => !latest.includes(item)).forEach(giveUp);
  $("latest").replaceChildren(...latest);
  $("latest").hidden = !latest.length;
}

// Shows no more pictures.
export const unwatch = () => showLatest([]);

// Begins anew. Returns what is to be told of the pictures and the aspects.
export function watch() {
  // Bars of another explanation are nothing to begin from.
  $("aspects").replaceChildren();
  return {
    images: ({latest}) => showLatest(latest),
    aspects: ({pairs, aspects}) => showPartial(pairs, aspects ?? []),
  };
}
