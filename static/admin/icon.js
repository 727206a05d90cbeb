const SVG = "http://www.w3.org/2000/svg";

/**
 * One of static/icons/icons.svg, as decoration beside a text that says the same.
 *
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", new URL("../icons/icons.svg", import.meta.url).pathname + `#${name}`);
  svg.append(use);
  return svg;
}
