/** @import {Core, Elements} from '../types.js' */
import { attempt } from "./attempt.js";
import { isElement } from "./isElement.js";

/** Text taken from one element at most: a click on the whole page must not send it. */
const MAX_TEXT_CHARACTERS = 2000;

/** Never read, whatever the property says: passwords, one-time codes, payment cards. */
const SECRETS = [
  "input[type=password]",
  "[name*=passw i]",
  "[autocomplete*=password i]",
  "[autocomplete*=one-time i]",
  "[autocomplete*=cc- i]",
];

/** What is text, but not what a person reads. A text area's is its value. */
const SILENT = /^(script|style|noscript|template|textarea)$/i;

/**
 * @param {Pick<Core, "container" | "platform">} core
 * @returns {Elements}
 */
export const createElements = ({ container, platform }) => {
  // One that the browser does not know would make the whole list throw.
  const secret = SECRETS.concat(container.privacy.neverRead).filter((selector) => attempt(() => platform.document.querySelector(selector)) !== undefined).join();

  /** @type {Elements["up"]} */
  const up = (element, selector) => {
    for (let from = /** @type {any} */ (element); from; from = from.getRootNode().host) {
      const found = from.closest(selector);
      if (found) return found;
    }
  };

  /** @type {Elements["text"]} */
  const text = (element) => {
    let texts = "";
    const walk = (/** @type {Node} */ node) => {
      for (const child of node.childNodes) {
        if (texts.length > MAX_TEXT_CHARACTERS) return;
        if (child.nodeType === 3) texts += child.nodeValue;
        else if (isElement(child) && !SILENT.test(child.tagName) && !child.matches(secret)) walk(child);
      }
    };
    if (!up(element, secret)) walk(element);
    return texts.slice(0, MAX_TEXT_CHARACTERS);
  };

  /** @type {Elements["value"]} */
  const value = (element) => {
    const { type, checked, value } = /** @type {HTMLInputElement} */ (element);
    return up(element, secret) || (/^(checkbox|radio)$/.test(type) && !checked) ? undefined : value;
  };

  /** @type {Elements["attribute"]} */
  const attribute = (element, name) =>
    (/^value$/i.test(name) && up(element, secret)) ? undefined : element.getAttribute(name) ?? undefined;

  return {
    up,
    text,
    value,
    attribute,
    property: (element, [name, key]) => {
      if (name === "dataset") return attribute(element, "data-" + String(key).replace(/[A-Z]/g, "-$&"));
      if (/value/i.test(String(name))) return value(element);
      if (/text|html/i.test(String(name))) return text(element);
      const found = /** @type {any} */ (element)[/** @type {string} */ (name)];
      return typeof found === "object" ? undefined : found;
    },
  };
};
