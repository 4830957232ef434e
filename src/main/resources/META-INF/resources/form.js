// The question: fields that the service fills, and the request that they make.
import {element} from "./element.js";

const $ = id => document.getElementById(id);
const form = $("ask");
const OWN = "\u0000own";
let loras = [];

const option = (value, text = value) => element("option", {value}, text);

// A pick list of references with room for one that is not in it.
function reference(text, name, known, none) {
  const select = element("select", {name},
    ...(none ? [option("", none)] : []),
    ...known.map(value => option(value, value.replace(/^classpath:/, ""))),
    option(OWN, "another: type where it is"));
  const own = element("input", {name: `${name}Own`, placeholder: "a path or s3://bucket/key", required: "", autocomplete: "off"});
  const label = element("label", {class: "own"}, `Where it is: ${text}`, own);
  const show = () => {
    label.hidden = select.value !== OWN;
    own.disabled = label.hidden;
  };
  select.addEventListener("change", show);
  show();
  return element("div", {class: "reference"}, element("label", {}, text, select), label);
}

function chosen(within, name) {
  const value = within.querySelector(`[name=${name}]`).value;
  return value === OWN ? within.querySelector(`[name=${name}Own]`).value.trim() : value;
}

function addLora(first) {
  const weight = element("input", {name: "weight", type: "number", step: "any", min: "-10", max: "10", value: "1", required: ""});
  const remove = element("button", {type: "button", class: "plain", "aria-label": "Remove this LoRA"}, "×");
  const model = reference("LoRA", "lora", loras, "none");
  const row = element("div", {class: "lora", role: "group", "aria-label": "LoRA"},
    model, element("label", {}, "Weight", weight), remove);
  remove.addEventListener("click", () => {
    row.remove();
    $("more").focus();
  });
  $("loras").append(row);
  const select = model.querySelector("select");
  if (first && loras.length) {
    select.value = loras[0];
  } else if (!first) {
    select.focus();
  }
}

function fill(models, options) {
  const of = kinds => models.filter(model => kinds.includes(model.kind)).map(model => model.reference);
  const drawing = of(["diffusion", "gan", "autoregressive", "generator"]);
  const known = {base: drawing, personalized: drawing, encoder: of(["encoder"])};
  document.querySelectorAll("[data-reference]").forEach(place => {
    place.replaceWith(reference(place.textContent, place.dataset.reference, known[place.dataset.reference]));
  });
  loras = of(["lora"]);
  addLora(true);
  form.elements.method.append(option("", `${options.method} (the default)`));
  form.elements.method.append(...options.methods.filter(method => method !== options.method).map(method => option(method)));
  form.elements.precision.placeholder = options.precision;
  form.elements.confidence.placeholder = options.confidence;
}

function showKind() {
  const kind = form.elements.kind.value;
  form.querySelectorAll("[data-kinds]").forEach(part => {
    part.hidden = !part.dataset.kinds.split(" ").includes(kind);
    // What is hidden must not be asked for.
    part.disabled = part.hidden;
  });
}

// Files can be dropped on the label of a file field. What is not a picture is left out, and said.
function droppable(label) {
  const input = label.querySelector("input");
  const status = label.querySelector("[role=status]");
  const say = left => {
    const names = [...input.files].map(file => file.name).sort();
    const range = names.length > 1 ? `${names[0]} … ${names.at(-1)}` : names.join();
    const pictures = names.length === 1 ? "1 picture" : `${names.length} pictures`;
    status.textContent = `${names.length ? `${pictures}: ${range}.` : "Choose them or drop them here."}${left ? ` ${left} left out: no pictures.` : ""}`;
  };
  input.addEventListener("change", () => say(0));
  label.addEventListener("dragover", event => {
    event.preventDefault();
    label.classList.add("over");
  });
  label.addEventListener("dragleave", () => label.classList.remove("over"));
  label.addEventListener("drop", event => {
    event.preventDefault();
    label.classList.remove("over");
    const all = [...event.dataTransfer.files];
    const pictures = new DataTransfer();
    all.filter(file => file.type.startsWith("image/")).forEach(file => pictures.items.add(file));
    input.files = pictures.files;
    say(all.length - pictures.files.length);
  });
}

function lines(name) {
  return form.elements[name].value.split("\n").map(line => line.trim()).filter(line => line);
}

// "palette: warm" is a concept of a category, as in the files of the command line.
function concept(line) {
  const [category, ...name] = line.split(":");
  return name.length ? {name: name.join(":").trim(), category: category.trim()} : {name: line};
}

// What is asked: {request, base, personalized}, the latter two being files, where pictures are compared.
export function question() {
  const kind = form.elements.kind.value;
  const request = {pictures: true};
  if (kind === "pictures") {
    request.encoder = chosen(form, "encoder");
  } else {
    request.base = chosen(form, "base");
  }
  if (kind === "models") {
    request.personalized = chosen(form, "personalized");
  }
  if (kind === "loras") {
    request.loras = [...$("loras").children]
      .map(row => ({model: chosen(row, "lora"), weight: Number(row.querySelector("[name=weight]").value)}))
      .filter(lora => lora.model);
  }
  if (lines("prompts").length) {
    request.prompts = lines("prompts");
  }
  if (lines("concepts").length) {
    request.concepts = lines("concepts").map(concept);
  }
  if (form.elements.method.value) {
    request.method = form.elements.method.value;
  }
  for (const name of ["images", "seed", "precision", "confidence"]) {
    if (form.elements[name].value) {
      request[name] = Number(form.elements[name].value);
    }
  }
  const files = name => (kind === "pictures" ? [...form.elements[name].files] : undefined);
  return {request, base: files("baseImages"), personalized: files("personalizedImages")};
}

export function prepare(models, options) {
  fill(models, options);
  showKind();
}

form.addEventListener("change", event => event.target.name === "kind" && showKind());
form.querySelectorAll(".drop").forEach(droppable);
$("more").addEventListener("click", () => addLora(false));
showKind();
