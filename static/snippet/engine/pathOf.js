import { isElement } from "./isElement.js";

/**
 * The elements that an event passes, from the innermost outwards, through open shadow roots.
 * @param {Event} event
 * @returns {Element[]}
 */
export const pathOf = (event) => event.composedPath().filter(isElement);
