// The aspects as bars: in the page, and as a picture to take away. Text of others becomes text nodes only, never markup.

import {interval, number, shape} from "./element.js";

// The largest number in the chart.
export const scale = aspects => Math.max(...aspects.map(aspect => Math.max(aspect.score, aspect.interval[1])), 0.01);

// A bar without length, for settle.
export function bar() {
  return shape("svg", {viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true"},
    shape("rect", {class: "bar", x: 0, y: 1, height: 8, width: 0, rx: 0.5}),
    shape("rect", {class: "interval", x: 0, y: 4.6, height: 0.8, width: 0}),
    ...["low", "high"].map(end => shape("line", {class: `interval ${end}`, x1: 0, x2: 0, y1: 3, y2: 7})));
}

// Brings a bar to where its aspect stands; the style sheet says how fast.
export function settle(chart, aspect, most) {
  const at = value => 100 * Math.max(0, value) / most;
  const [low, high] = aspect.interval.map(at);
  chart.querySelector(".bar").setAttribute("width", at(aspect.score));
  const middle = chart.querySelector("rect.interval");
  middle.setAttribute("x", low);
  middle.setAttribute("width", high - low);
  chart.querySelector(".low").style.transform = `translateX(${low}px)`;
  chart.querySelector(".high").style.transform = `translateX(${high}px)`;
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
