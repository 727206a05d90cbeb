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
export const matchTarget = (path, target, { attribute, text, value }) => {
  /** What assistive technology would call it, nearly. @type {(element: Element) => string} */
  const nameOf = (element) =>
    cleanText(attribute(element, "aria-label") || text(element) || value(element) || attribute(element, "title") || "");

  let index = 0;
  for (const alternative of typeof target === "string" ? [target] : target.anyOf) {
    const element = path.find((one) =>
      typeof alternative === "string"
        ? one.matches(alternative)
        : hasRole(one, alternative.role) && (!alternative.name || nameOf(one) === cleanText(alternative.name)),
    );
    if (element) return { element, index };
    index++;
  }
};
