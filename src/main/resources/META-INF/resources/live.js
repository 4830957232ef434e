// Shows an explanation while it is made: the stage, the last pairs of pictures, and the aspects so far.
import {element} from "./element.js";
import {showPartial} from "./result.js";

const $ = id => document.getElementById(id);

function heading(text) {
  // Said aloud where it is new only: numbers change far too often, and pictures speak for themselves.
  if ($("stage").textContent !== text) {
    $("stage").textContent = text;
  }
}

const image = (address, side) => element("img", {src: address, alt: side});

function pair({index, base, personalized}) {
  return element("li", {class: "pictures", "data-pair": index}, image(base, "base"), image(personalized, "personalized"));
}

// Pairs that are shown already stay as they are, so that nothing flickers.
function showLatest(pairs) {
  const shown = new Map([...$("latest").children].map(item => [item.dataset.pair, item]));
  $("latest").replaceChildren(...pairs.map(found => shown.get(String(found.index)) ?? pair(found)));
  $("latest").hidden = !pairs.length;
}

// Begins anew. Returns what is to be told of the stage, the pictures and the aspects.
export function watch() {
  let looked = 0;
  heading("Waiting for its turn");
  $("part").textContent = "";
  $("progress").removeAttribute("value");
  showLatest([]);
  // Bars of another explanation are nothing to begin from.
  $("aspects").replaceChildren();
  $("running").hidden = false;
  return {
    stage: ({stage, done, total}) => {
      heading(stage[0].toUpperCase() + stage.slice(1));
      $("part").textContent = `${done} of ${total}${looked && stage !== "sampling" ? `; ${looked} pictures looked at` : ""}`;
      $("progress").value = total ? done / total : 0;
    },
    images: ({done, latest}) => {
      looked = done;
      showLatest(latest);
    },
    aspects: ({pairs, aspects}) => showPartial(pairs, aspects ?? []),
  };
}
