// Shows an explanation. Text of others becomes text nodes only, never markup.

const SVG = "http://www.w3.org/2000/svg";
const $ = id => document.getElementById(id);
const number = value => value.toFixed(2);
const percent = share => `${Math.round(100 * share)} %`;

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function bar(aspect, most) {
  const chart = shape("svg", {viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true"});
  const [low, high] = aspect.interval;
  const at = value => 100 * Math.max(0, value) / most;
  chart.append(
    shape("rect", {class: "bar", x: 0, y: 1, height: 8, width: at(aspect.score)}),
    shape("line", {class: "interval", x1: at(low), x2: at(high), y1: 5, y2: 5}));
  return chart;
}

function numbers(aspect) {
  const [low, high] = aspect.interval;
  return `${number(aspect.score)} [${number(low)}, ${number(high)}]`;
}

function more(aspect) {
  const also = aspect.alsoCalled?.length ? `; also called ${aspect.alsoCalled.join(", ")}` : "";
  const calibrated = aspect.calibrated == null ? "" : `; calibrated ${number(aspect.calibrated)}`;
  return `${aspect.phrase ?? aspect.name}; selected in ${percent(aspect.selected)} of the resamples${calibrated}${also}`;
}

// The aspects as bars. Those that can be looked into call look(aspect).
export function showAspects(aspects, look) {
  const most = Math.max(...aspects.map(aspect => Math.max(aspect.score, aspect.interval[1])), 0.01);
  $("aspects").replaceChildren(...aspects.map(aspect => {
    const button = element("button", "", {type: "button", title: more(aspect), "aria-pressed": "false"});
    button.append(element("b", aspect.name), bar(aspect, most), element("span", numbers(aspect)));
    button.disabled = !look;
    button.addEventListener("click", () => {
      $("aspects").querySelectorAll("button").forEach(other => other.setAttribute("aria-pressed", other === button));
      look(aspect);
    });
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

function showPairs(pairs, aspect) {
  $("shown").textContent = `The pairs, by how much they show “${aspect.name}”`;
  const sorted = [...pairs].sort((a, b) => b.shows[aspect.name] - a.shows[aspect.name]);
  $("rows").replaceChildren(...sorted.map(pair => {
    const row = document.createElement("tr");
    row.append(
      element("td", number(pair.shows[aspect.name])),
      element("td", pair.prompt ?? pair.baseFile ?? `pair ${pair.index}`),
      element("td", pair.seed ?? ""));
    return row;
  }));
  $("pairs").hidden = false;
}

let address;

export function show(id, explanation) {
  $("sentence").textContent = explanation.summary;
  $("pairs").hidden = true;
  showAspects(explanation.aspects, explanation.pairs.length ? aspect => showPairs(explanation.pairs, aspect) : null);
  const rests = explanation.sampling
    ? `${explanation.sampling.pairs} of ${explanation.sampling.budget} pairs`
    : `${explanation.provenance.images} pictures on each side`;
  $("share").textContent = `${rests}; ${percent(explanation.unexplained)} of the mean change is on none of the aspects.`;
  $("warnings").replaceChildren(...explanation.warnings.map(warning => element("li", warning)));
  $("provenance").textContent = JSON.stringify({usage: explanation.usage, provenance: explanation.provenance}, null, 2);
  $("report").href = `explanations/${encodeURIComponent(id)}/report`;
  $("link").href = `#${encodeURIComponent(id)}`;
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([JSON.stringify(explanation, null, 2)], {type: "application/json"}));
  $("json").href = address;
  $("downloads").hidden = false;
  $("result").hidden = false;
}

// What is known before the end: the aspects so far.
export function showPartial(aspects) {
  $("sentence").textContent = "";
  for (const id of ["pairs", "downloads"]) {
    $(id).hidden = true;
  }
  $("share").textContent = "So far";
  $("warnings").replaceChildren();
  $("provenance").textContent = "";
  showAspects(aspects, null);
  $("result").hidden = false;
}
