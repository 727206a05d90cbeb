/** @import {Elements, Target} from '../types.js' */
import { cleanText } from "./cleanText.js";
import { hasRole } from "./hasRole.js";

/**
 * The first of a target's alternatives that an element of `path` matches, and the nearest such element.
 *
 * @param {Element[]} path from the innermost outwards, through open shadow roots
 * @param {Target} target
 * @param {Elements} elements
 * @returns {{element: Element, index: number} | undefined}
 */
export const matchTarget = (path, target, elements) => {
  let index = 0;
  for (const alternative of typeof target === "string" ? [target] : target.anyOf) {
    const element = path.find((one) =>
      typeof alternative === "string"
        ? one.matches(alternative)
        : hasRole(one, alternative.role) && (!alternative.name || nameOf(one, elements) === cleanText(alternative.name)),
    );
    if (element) return { element, index };
    index++;
  }
};

/** What assistive technology would call it, nearly. @type {(element: Element, elements: Elements) => string} */
const nameOf = (element, { attribute, text, value }) =>
  cleanText(
    attribute(element, "aria-label") ||
      text(element) ||
      (/^input$/i.test(element.tagName) && value(element)) ||
      attribute(element, "alt") ||
      attribute(element, "title"),
  );
