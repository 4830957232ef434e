// Shows a selection: how the wish was understood, and the models with their reasons, best first.
import {element, number} from "./element.js";

const ASKS = {"wanted": "", "not too much": "not too ", "unwanted": "not "};
const DEGREES = {slightly: "slightly ", much: "very "};

function understood({said, concept, ask, degree, similarity}) {
  const nearest = similarity == null ? "" : ` (nearest to “${said}”)`;
  return `${ASKS[ask]}${DEGREES[degree] ?? ""}${concept}${nearest}`;
}

function heading({wish, ignored, like}) {
  if (like) {
    return `Most like ${like.name}: ${like.why}.`;
  }
  const rest = ignored.length ? `. Not understood, and ignored: ${ignored.join(", ")}` : "";
  return `Wished: ${wish.map(understood).join(", ")}${rest}.`;
}

export function showSelection(selection, like) {
  return [
    element("p", {}, heading(selection)),
    element("ol", {id: "ranking"}, ...selection.models.map(model => {
      const more = element("button", {type: "button", class: "plain"}, "More like this");
      more.setAttribute("aria-label", `More like ${model.name}`);
      more.addEventListener("click", () => like(model));
      return element("li", {},
        element("b", {}, `${model.name} `, element("span", {class: "quiet"}, number(model.fit))),
        more,
        element("p", {}, model.why));
    })),
    element("p", {class: "quiet"}, `Chosen among ${selection.searched} models, ${selection.explained} of them explained now.`),
  ];
}
