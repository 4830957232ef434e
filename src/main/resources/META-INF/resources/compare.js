// The page that compares models and chooses among them. Text of others becomes text nodes only, never markup.
import * as api from "./api.js";
import {showComparison} from "./comparison.js";
import {begin, complain, jobPage} from "./job.js";
import {showSelection} from "./selection.js";

const $ = id => document.getElementById(id);
const form = $("ask");
// The choice that is under way, as what aborts it.
let choosing;

const plain = reference => reference.replace(/^classpath:/, "");

function option(reference) {
  const made = document.createElement("option");
  made.value = reference;
  made.textContent = plain(reference);
  return made;
}

function pick(reference, index) {
  const row = document.createElement("div");
  row.className = "pick";
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), {type: "checkbox", name: "model", value: reference, checked: index < 2});
  label.append(box, ` ${plain(reference)}`);
  const weight = Object.assign(document.createElement("input"), {type: "number", name: "weight", step: "any", min: "-10", max: "10", value: "1"});
  weight.setAttribute("aria-label", `Weight of ${plain(reference)}`);
  row.append(label, weight);
  return row;
}

const picked = () => [...$("picks").children]
  .map(row => ({model: row.querySelector("[name=model]"), weight: Number(row.querySelector("[name=weight]").value)}))
  .filter(({model}) => model.checked)
  .map(({model, weight}) => ({model: model.value, weight}));

const common = () => ({base: form.elements.base.value, images: Number(form.elements.images.value)});

const named = models => models.map(({model, weight}) => (weight === 1 ? model : `${model}:${weight}`));

function show(parts) {
  $("result").replaceChildren(...parts);
  $("result").hidden = false;
  $("result").focus();
}

const page = jobPage({
  what: "comparison",
  path: api.comparison,
  show: (id, comparison) => show(showComparison(id, comparison)),
  busy: is => {
    $("compare").disabled = is;
  },
});

function giveUp() {
  choosing?.abort();
  choosing = undefined;
}

// Chooses, and shows the answer unless it was given up meanwhile. Who hangs up stops the work.
async function choose(asked) {
  const among = form.elements.among.value === "picked" ? {models: named(picked()), request: common()} : {};
  giveUp();
  page.close();
  if (location.hash) {
    // The answer has no address.
    history.pushState(null, "", location.pathname);
  }
  const mine = choosing = new AbortController();
  begin("Choosing");
  try {
    const answer = await api.post("select", {...asked, ...among}, {signal: mine.signal});
    if (choosing === mine) {
      show(showSelection(answer, like));
    }
  } catch (problem) {
    if (choosing === mine) {
      complain(mine.signal.aborted ? "Cancelled." : problem.message);
    }
  } finally {
    if (choosing === mine) {
      $("running").hidden = true;
    }
  }
}

function compare() {
  giveUp();
  const models = picked().map(lora => ({loras: [lora]}));
  page.ask(() => api.post("compare", {request: common(), models}, {prefer: "respond-async"}));
}

// In the index by its name, and otherwise by what it is made of.
function like(model) {
  const [part] = model.parts;
  const alone = model.parts.length === 1 && form.elements.among.value === "picked";
  return choose({like: alone ? named([{model: part.reference, weight: part.weight}])[0] : model.name});
}

form.addEventListener("submit", event => {
  event.preventDefault();
  if (event.submitter?.value === "choose") {
    choose({wish: form.elements.wish.value});
  } else {
    compare();
  }
});
$("cancel").addEventListener("click", () => choosing?.abort());
window.addEventListener("popstate", giveUp);

try {
  const models = await api.models();
  const of = kinds => models.filter(model => kinds.includes(model.kind)).map(model => model.reference);
  form.elements.base.append(...of(["diffusion", "generator"]).map(option));
  $("picks").append(...of(["lora"]).map(pick));
} catch (problem) {
  complain(problem.message);
}
if (location.hash.length > 1) {
  await page.openFromAddress();
}
