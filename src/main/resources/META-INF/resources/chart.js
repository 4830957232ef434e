// The aspects as bars: in the page, and as a picture to take away. Text of others becomes text nodes only, never markup.

import {interval, number, shape} from "./element.js";

// The largest number in the chart.
export const scale = aspects => Math.max(...aspects.map(aspect => Math.max(aspect.score, aspect.interval[1])), 0.01);

export function bar(aspect, most) {
  const chart = shape("svg", {viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true"});
  const at = value => 100 * Math.max(0, value) / most;
  const [low, high] = aspect.interval.map(at);
  chart.append(
    shape("rect", {class: "bar", x: 0, y: 1, height: 8, width: at(aspect.score), rx: 0.5}),
    shape("line", {class: "interval", x1: low, x2: high, y1: 5, y2: 5}),
    ...[low, high].map(x => shape("line", {class: "interval", x1: x, x2: x, y1: 3, y2: 7})));
  return chart;
}

const WIDTH = 960;
const MARGIN = 32;
const ROW = 36;
const FROM = 220;
const TO = 740;

function wrapped(canvas, text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (canvas.measureText(longer).width <= width) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

// The sentence and the bars as the Blob of a PNG, whatever the colours of the page.
export function picture(explanation) {
  const sheet = document.createElement("canvas");
  const canvas = sheet.getContext("2d");
  const sentence = "600 22px system-ui, sans-serif";
  const plain = "16px system-ui, sans-serif";
  canvas.font = sentence;
  const lines = wrapped(canvas, explanation.summary, WIDTH - 2 * MARGIN);
  const top = MARGIN + 30 * lines.length + 16;
  sheet.width = 2 * WIDTH;
  sheet.height = 2 * (top + ROW * explanation.aspects.length + MARGIN);
  canvas.scale(2, 2);
  canvas.fillStyle = "#fff";
  canvas.fillRect(0, 0, sheet.width, sheet.height);
  canvas.fillStyle = "#1b1f24";
  canvas.font = sentence;
  lines.forEach((line, i) => canvas.fillText(line, MARGIN, MARGIN + 22 + 30 * i));
  canvas.font = plain;
  const most = scale(explanation.aspects);
  const at = value => FROM + (TO - FROM) * Math.max(0, value) / most;
  explanation.aspects.forEach((aspect, i) => {
    const middle = top + ROW * i + ROW / 2;
    const [low, high] = aspect.interval.map(at);
    canvas.fillStyle = "#1b1f24";
    canvas.textAlign = "right";
    canvas.fillText(aspect.name, FROM - 12, middle + 6, FROM - MARGIN - 12);
    canvas.fillStyle = "#5b8def";
    canvas.fillRect(FROM, middle - 10, at(aspect.score) - FROM, 20);
    canvas.fillStyle = "#1b1f24";
    canvas.fillRect(low, middle - 1, high - low, 2);
    [low, high].forEach(x => canvas.fillRect(x - 1, middle - 5, 2, 10));
    canvas.textAlign = "left";
    canvas.fillText(`${number(aspect.score)}  ${interval(aspect.interval)}`, TO + 16, middle + 6);
  });
  return new Promise(resolve => sheet.toBlob(resolve, "image/png"));
}
