// The page that compares models and chooses among them. Text of others becomes text nodes only, never markup.
import * as api from "./api.js";
import {showComparison} from "./comparison.js";
import {showSelection} from "./selection.js";

const $ = id => document.getElementById(id);
const form = $("ask");
let running;

function complain(problem) {
  $("problem").textContent = problem;
  $("problem").hidden = !problem;
}

function option(reference) {
  const made = document.createElement("option");
  made.value = made.textContent = reference;
  return made;
}

function pick(reference, index) {
  const row = document.createElement("div");
  row.className = "pick";
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), {type: "checkbox", name: "model", value: reference, checked: index < 2});
  label.append(box, ` ${reference.replace(/^classpath:/, "")}`);
  const weight = Object.assign(document.createElement("input"), {type: "number", name: "weight", step: "any", min: "-10", max: "10", value: "1"});
  weight.setAttribute("aria-label", `Weight of ${reference}`);
  row.append(label, weight);
  return row;
}

const picked = () => [...$("picks").children]
  .map(row => ({model: row.querySelector("[name=model]"), weight: Number(row.querySelector("[name=weight]").value)}))
  .filter(({model}) => model.checked)
  .map(({model, weight}) => ({model: model.value, weight}));

const common = () => ({base: form.elements.base.value, images: Number(form.elements.images.value)});

const named = models => models.map(({model, weight}) => (weight === 1 ? model : `${model}:${weight}`));

// Asks, and shows the answer unless it was cancelled meanwhile. Who hangs up stops the work.
async function ask(path, body, what, show) {
  complain("");
  running?.abort();
  const mine = running = new AbortController();
  $("stage").textContent = what;
  $("running").hidden = false;
  $("result").hidden = true;
  try {
    const answer = await api.post(path, body, mine.signal);
    $("result").replaceChildren(...show(answer));
    $("result").hidden = false;
    $("result").focus();
  } catch (problem) {
    if (running === mine) {
      complain(mine.signal.aborted ? "Cancelled." : problem.message);
    }
  } finally {
    if (running === mine) {
      $("running").hidden = true;
    }
  }
}

function choose(asked) {
  const among = form.elements.among.value === "picked" ? {models: named(picked()), request: common()} : {};
  return ask("select", {...asked, ...among}, "choosing", answer => showSelection(answer, like));
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
    const models = picked().map(lora => ({loras: [lora]}));
    ask("compare", {request: common(), models}, `comparing ${models.length} models`, showComparison);
  }
});
$("cancel").addEventListener("click", () => running?.abort());

try {
  const models = await api.models();
  const of = kinds => models.filter(model => kinds.includes(model.kind)).map(model => model.reference);
  form.elements.base.append(...of(["diffusion", "generator"]).map(option));
  $("picks").append(...of(["lora"]).map(pick));
} catch (problem) {
  complain(problem.message);
}
