// Shows an explanation.
import * as api from "./api.js";
import {bar, picture, scale, settle} from "./chart.js";
import {element, interval, number} from "./element.js";
import {showPairs} from "./pairs.js";

const $ = id => document.getElementById(id);
const percent = share => `${Math.round(100 * share)} %`;
// The explanation that is shown, so that what comes late for another is passed over.
let shown;

function more(aspect) {
  const also = aspect.alsoCalled?.length ? `; also called ${aspect.alsoCalled.join(", ")}` : "";
  return `${aspect.phrase ?? aspect.name}${also}; ${number(aspect.score)} ${interval(aspect.interval)}`;
}

const name = ({category, name}) => `${category}: ${name}`;

function newRow(aspect) {
  const button = element("button", {type: "button"}, element("b", {}, aspect.name), bar(), element("span"));
  return element("li", {"data-aspect": name(aspect)}, button);
}

function fill(row, aspect, most, look) {
  const button = row.querySelector("button");
  button.title = more(aspect);
  button.setAttribute("aria-pressed", "false");
  button.disabled = !look;
  button.onclick = look && (() => look(aspect));
  settle(button.querySelector("svg"), aspect, most);
  button.querySelector("span").textContent = `${number(aspect.score)} ${interval(aspect.interval)}`;
}

// The aspects as bars. Those that can be looked into call look(aspect). A bar that is there already settles where it belongs.
function showAspects(aspects, look) {
  const most = scale(aspects);
  const rows = $("aspects");
  const known = new Map([...rows.children].map(row => [row.dataset.aspect, row]));
  aspects.forEach((aspect, i) => {
    const row = known.get(name(aspect)) ?? newRow(aspect);
    if (rows.children[i] !== row) {
      rows.insertBefore(row, rows.children[i] ?? null);
    }
    fill(row, aspect, most, look);
  });
  while (rows.children.length > aspects.length) {
    rows.lastChild.remove();
  }
}

function facts(aspect) {
  return [
    ["In words", aspect.phrase ?? aspect.name],
    ["Category", aspect.category],
    ["Score", number(aspect.score)],
    ["Interval", interval(aspect.interval)],
    ["Calibrated", aspect.calibrated == null ? null : number(aspect.calibrated)],
    ["Share of the change", aspect.share == null ? null : percent(aspect.share)],
    ["Selected in resamples", aspect.selected == null ? null : percent(aspect.selected)],
    ["Also called", aspect.alsoCalled?.join(", ")],
  ].filter(([, value]) => value);
}

function lookInto(id, pairs, aspects, aspect) {
  [...$("aspects").querySelectorAll("button")].forEach((button, i) =>
    button.setAttribute("aria-pressed", aspects[i] === aspect));
  $("shown").textContent = aspect.name;
  $("numbers").replaceChildren(...facts(aspect).map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value))));
  showPairs(id, pairs, aspect);
  $("aspect").hidden = false;
}

let address;

function showDownloads(id, explanation) {
  $("report").href = `${api.path(id)}/report`;
  $("html").href = $("report").href;
  $("link").href = `#${encodeURIComponent(id)}`;
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([JSON.stringify(explanation, null, 2)], {type: "application/json"}));
  $("json").href = address;
  $("png").onclick = async () => {
    const drawn = URL.createObjectURL(await picture(explanation));
    element("a", {href: drawn, download: "explanation.png"}).click();
    // The download has begun by then.
    setTimeout(() => URL.revokeObjectURL(drawn), 60_000);
  };
  $("downloads").hidden = false;
  $("made").hidden = false;
}

export async function show(id, explanation) {
  shown = id;
  $("sentence").textContent = explanation.summary;
  $("aspect").hidden = true;
  const {aspects} = explanation;
  showAspects(aspects, null);
  const rests = explanation.sampling
    ? `${explanation.sampling.pairs} of at most ${explanation.sampling.budget} pairs`
    : `${explanation.provenance.images} pictures on each side`;
  $("share").textContent = `From ${rests}, by ${explanation.method}. ${percent(explanation.unexplained)} of the mean change is on none of the aspects.`;
  $("warnings").replaceChildren(...explanation.warnings.map(warning => element("li", {}, warning)));
  $("provenance").textContent = JSON.stringify({usage: explanation.usage, provenance: explanation.provenance}, null, 2);
  showDownloads(id, explanation);
  $("result").hidden = false;
  // What is known of the pairs is in the explanation; which pictures are still there is not.
  const pairs = await api.pairs(id).catch(() => explanation.pairs);
  if (shown === id) {
    const look = aspect => lookInto(id, pairs, aspects, aspect);
    showAspects(aspects, look);
    if (aspects.length) {
      look(aspects[0]);
    }
  }
}

// What is known before the end: the aspects so far, from so many pairs.
export function showPartial(pairs, aspects) {
  shown = undefined;
  $("sentence").textContent = "So far";
  for (const part of ["aspect", "downloads", "made"]) {
    $(part).hidden = true;
  }
  $("share").textContent = `From ${pairs} pairs. ${aspects.length ? "Scores may change, and intervals narrow, as more come." : "Nothing that can be told from chance."}`;
  $("warnings").replaceChildren();
  showAspects(aspects, null);
  $("result").hidden = false;
}
