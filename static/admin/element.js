/**
 * An element with attributes and children. The only way these pages make elements: text stays text, whatever it holds.
 *
 * @param {string} tag
 * @param {{ [name: string]: string | boolean }} [attributes] true: there, without a value; false: not there.
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on") || name === "style") throw new Error(`no attribute ${name} here`);
    if (name === "href" && !/^(https?:\/\/|\/(?!\/))/.test(String(value))) continue;
    if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}
