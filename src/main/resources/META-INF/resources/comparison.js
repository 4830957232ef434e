// Shows a comparison: sentences, one chart and one table of all scores, and the differences.
import {comparison as path} from "./api.js";
import {element, interval, number, shape, table} from "./element.js";

const ROW = 12;

function bars(aspect, most) {
  const at = value => 100 * Math.max(0, value) / most;
  const height = ROW * aspect.scores.length;
  const chart = shape("svg", {viewBox: `0 0 100 ${height}`, preserveAspectRatio: "none", height: `${height}`, "aria-hidden": "true"});
  aspect.scores.forEach((score, model) => {
    const [low, high] = score.interval;
    const y = ROW * model;
    chart.append(shape("g", {class: `m${model}`},
      shape("title", {}, `${score.model}: ${number(score.score)} ${interval(score.interval)}`),
      shape("rect", {x: 0, y: y + 1, height: ROW - 2, width: at(score.score)}),
      shape("line", {x1: at(low), x2: at(high), y1: y + ROW / 2, y2: y + ROW / 2})));
  });
  return element("div", {}, element("b", {}, aspect.name), chart);
}

function chart(comparison) {
  const scores = comparison.aspects.flatMap(aspect => aspect.scores);
  const most = Math.max(...scores.map(score => Math.max(score.score, score.interval[1])), 0.01);
  return [
    element("ul", {class: "legend"}, ...comparison.models.map((model, index) => element("li", {class: `m${index}`}, model.name))),
    element("div", {class: "groups"}, ...comparison.aspects.map(aspect => bars(aspect, most))),
  ];
}

// A number and its interval, which may be on two lines.
function told(value, within, strong) {
  const text = [`${number(value)} `, element("span", {class: "range"}, interval(within))];
  return strong ? element("td", {}, element("strong", {}, ...text)) : element("td", {class: "noise"}, ...text);
}

const scored = score => told(score.score, score.interval, score.shown);

function links(id) {
  const report = `${path(id)}/report`;
  return element("p", {id: "downloads"},
    element("a", {href: report}, "Report"), " ",
    element("a", {href: report, download: "comparison.html"}, "HTML"), " ",
    element("a", {href: `#${encodeURIComponent(id)}`}, "Link to this result"));
}

export function showComparison(id, comparison) {
  const differences = comparison.aspects.flatMap(aspect => aspect.differences.map(difference => [
    aspect.name,
    told(difference.difference, difference.interval, difference.significant),
    `${difference.first} less ${difference.second}`,
    difference.significant ? "yes" : "no",
  ]));
  const warnings = comparison.warnings.map(warning => element("li", {}, warning));
  return [
    element("p", {}, comparison.summary),
    ...(warnings.length ? [element("ul", {}, ...warnings)] : []),
    ...(comparison.aspects.length ? [
      ...chart(comparison),
      element("h2", {}, "Scores"),
      element("p", {class: "quiet"}, `In bold what a model shows; the rest cannot be told from chance. ${comparison.images} pictures of each.`),
      table("Scores", ["Aspect", ...comparison.models.map(model => model.name)],
        comparison.aspects.map(aspect => [aspect.name, ...aspect.scores.map(scored)])),
      element("h2", {}, "Differences"),
      table("Differences", ["Aspect", "Difference", "Of", "Significant"], differences),
    ] : []),
    links(id),
  ];
}
