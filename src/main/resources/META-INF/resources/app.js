import * as api from "./api.js";
import {show, showPartial} from "./result.js";

const $ = id => document.getElementById(id);
const form = $("ask");
let loras = [];
let running;

function complain(problem) {
  $("problem").textContent = problem;
  $("problem").hidden = !problem;
}

function option(value, text = value) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = text;
  return made;
}

function addLora(first) {
  const row = document.createElement("div");
  row.className = "lora";
  const model = document.createElement("select");
  model.name = "lora";
  model.append(option("", "none"), ...loras.map(reference => option(reference)));
  const weight = document.createElement("input");
  Object.assign(weight, {name: "weight", type: "number", step: "any", value: "1"});
  for (const [text, field] of [["LoRA", model], ["Weight", weight]]) {
    const label = document.createElement("label");
    label.append(text, field);
    row.append(label);
  }
  if (first && loras.length) {
    model.value = loras[0];
  }
  $("loras").append(row);
}

function lines(name) {
  return form.elements[name].value.split("\n").map(line => line.trim()).filter(line => line);
}

function request() {
  const asked = {};
  if (form.elements.kind.value === "models") {
    asked.base = form.elements.base.value;
    asked.loras = [...$("loras").children]
      .map(row => ({model: row.querySelector("select").value, weight: Number(row.querySelector("input").value)}))
      .filter(lora => lora.model);
  } else {
    asked.encoder = form.elements.encoder.value;
  }
  if (lines("prompts").length) {
    asked.prompts = lines("prompts");
  }
  if (lines("concepts").length) {
    asked.concepts = lines("concepts").map(name => ({name}));
  }
  if (form.elements.method.value) {
    asked.method = form.elements.method.value;
  }
  if (form.elements.images.value) {
    asked.images = Number(form.elements.images.value);
  }
  return asked;
}

function ended() {
  running?.stop();
  running = undefined;
  $("running").hidden = true;
  $("start").disabled = false;
}

function done(job) {
  ended();
  if (job.result) {
    show(job.id, job.result);
    return;
  }
  $("result").hidden = true;
  complain(job.state === "cancelled" ? "Cancelled." : job.problem?.detail ?? `It ${job.state}.`);
}

function watch(id) {
  $("start").disabled = true;
  $("running").hidden = false;
  $("result").hidden = true;
  $("stage").textContent = "waiting";
  $("progress").removeAttribute("value");
  running = {
    id,
    stop: api.follow(id, {
      stage: ({stage, done: part, total}) => {
        $("stage").textContent = `${stage}, ${part} of ${total}`;
        $("progress").value = total ? part / total : 0;
      },
      aspects: ({aspects}) => showPartial(aspects),
      done,
    }),
  };
}

async function open(id) {
  complain("");
  try {
    const job = await api.explanation(id);
    if (job.finished) {
      done(job);
    } else {
      watch(id);
    }
  } catch (problem) {
    complain(problem.message);
  }
}

form.addEventListener("submit", async event => {
  event.preventDefault();
  complain("");
  $("start").disabled = true;
  try {
    const pictures = form.elements.kind.value === "pictures";
    const files = name => (pictures ? [...form.elements[name].files] : undefined);
    const job = await api.submit(request(), files("baseImages"), files("personalizedImages"));
    history.pushState(null, "", `#${job.id}`);
    await open(job.id);
  } catch (problem) {
    ended();
    complain(problem.message);
  }
});

form.addEventListener("change", () => {
  const pictures = form.elements.kind.value === "pictures";
  $("models").hidden = pictures;
  $("pictures").hidden = !pictures;
});

$("more").addEventListener("click", () => addLora(false));
$("cancel").addEventListener("click", () => running && api.cancel(running.id).catch(problem => complain(problem.message)));
window.addEventListener("hashchange", () => location.hash.length > 1 && open(decodeURIComponent(location.hash.slice(1))));

try {
  const models = await api.models();
  const of = kinds => models.filter(model => kinds.includes(model.kind)).map(model => model.reference);
  loras = of(["lora"]);
  form.elements.base.append(...of(["diffusion", "gan", "autoregressive"]).map(reference => option(reference)));
  form.elements.encoder.append(...of(["encoder"]).map(reference => option(reference)));
  addLora(true);
} catch (problem) {
  complain(problem.message);
}
if (location.hash.length > 1) {
  await open(decodeURIComponent(location.hash.slice(1)));
}
