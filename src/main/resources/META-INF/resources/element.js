// Makes elements whose texts are text nodes, so that no text of others becomes markup.

const SVG = "http://www.w3.org/2000/svg";

function filled(made, attributes, children) {
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
}

export const element = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

export const shape = (name, attributes = {}, ...children) => filled(document.createElementNS(SVG, name), attributes, children);

export const number = value => value.toFixed(2);

export const interval = ([low, high]) => `[${number(low)}, ${number(high)}]`;

// A table that scrolls by itself where it is too wide. Cells are texts or elements; the first of a row is its header.
export function table(label, header, rows) {
  const cell = (value, index) => {
    if (value instanceof Element) {
      return value;
    }
    return index === 0 ? element("th", {scope: "row"}, value) : element("td", {}, value);
  };
  return element("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": label},
    element("table", {},
      element("thead", {}, element("tr", {}, ...header.map(text => element("th", {scope: "col"}, text)))),
      element("tbody", {}, ...rows.map(row => element("tr", {}, ...row.map(cell))))));
}
