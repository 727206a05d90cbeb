/** @import {Elements, Target} from '../types.js' */
import { accessibleRole } from "./accessibleRole.js";
import { cleanText } from "./cleanText.js";

/**
 * The first of a target's alternatives that an element of `path` matches, and the nearest such element.
 *
 * @param {Element[]} path from the innermost outwards, through open shadow roots
 * @param {Target} target
 * @param {Elements} elements
 * @returns {{element: Element, index: number} | undefined}
 */
export const matchTarget = (path, target, elements) => {
  const alternatives = typeof target === "string" ? [target] : target.anyOf;
  for (let index = 0; index < alternatives.length; index++) {
    const alternative = /** @type {any} */ (alternatives[index]);
    const element = path.find((one) =>
      typeof alternative === "string"
        ? one.matches(alternative)
        : accessibleRole(one) === alternative.role &&
          (!alternative.name || cleanText(nameOf(one, elements)) === cleanText(alternative.name)),
    );
    if (element) return { element, index };
  }
  return undefined;
};

/** What assistive technology would call it, nearly. @type {(element: Element, elements: Elements) => string} */
const nameOf = (element, elements) =>
  elements.attribute(element, "aria-label") ||
  elements.text(element) ||
  (/^input$/i.test(element.tagName) && elements.value(element)) ||
  elements.attribute(element, "alt") ||
  elements.attribute(element, "title") ||
  "";
