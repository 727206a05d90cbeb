/** @import {Core, Elements} from '../types.js' */
import { attempt } from "./attempt.js";
import { isElement } from "./isElement.js";

/** Text taken from one element at most: a click on the whole page must not send it. */
const MAX_TEXT_CHARACTERS = 2000;

/** Never read, whatever the property says: passwords, one-time codes, payment cards, and what the page calls private. */
const SECRETS = [
  "input[type=password]",
  "[name*=passw i]",
  "[autocomplete*=password i]",
  "[autocomplete*=one-time i]",
  "[autocomplete*=cc- i]",
  "[data-private]",
];

/** What is text, but not what a person reads. A text area's is its value. */
const SILENT = "script,style,noscript,template,textarea";

/**
 * @param {Pick<Core, "container" | "platform">} core
 * @returns {Elements}
 */
export const createElements = ({ container, platform }) => {
  // One that the browser does not know would make the whole list throw.
  const secrets = SECRETS.concat(container.privacy.neverRead).filter((selector) =>
    attempt(() => [platform.document.querySelector(selector)]),
  );
  const unread = secrets.concat(SILENT).join();

  /** @type {Elements["up"]} */
  const up = (element, selector) => {
    for (let from = /** @type {any} */ (element); from; from = from.getRootNode().host) {
      const found = from.closest(selector);
      if (found) return found;
    }
  };
  const isSecret = (/** @type {Element} */ element) => up(element, secrets.join());

  /** @type {Elements["text"]} */
  const text = (element) => {
    let texts = "";
    const walk = (/** @type {any} */ node) => {
      for (const child of node.childNodes) {
        if (texts.length > MAX_TEXT_CHARACTERS) break;
        if (child.nodeType === 3) texts += child.data;
        if (isElement(child) && !child.matches(unread)) walk(child);
      }
    };
    if (!isSecret(element)) walk(element);
    return texts.slice(0, MAX_TEXT_CHARACTERS);
  };

  /** @type {Elements["value"]} */
  const value = (element) =>
    isSecret(element) || element.matches("[type=checkbox]:not(:checked),[type=radio]:not(:checked)")
      ? undefined
      : /** @type {any} */ (element).value;

  return {
    up,
    text,
    value,
    attribute: (element, name) => (/^value$/i.test(name) && isSecret(element) ? undefined : element.getAttribute(name)),
    property: (element, [name]) => {
      if (/value/i.test(/** @type {string} */ (name))) return value(element);
      if (/text|html/i.test(/** @type {string} */ (name))) return text(element);
      const found = /** @type {any} */ (element)[/** @type {string} */ (name)];
      return typeof found === "object" ? undefined : found;
    },
  };
};
