/** @import {Target, Tools} from '../types.js' */

/**
 * The first of a target's alternatives that an element of `path` matches, and the nearest such element.
 *
 * @param {Element[]} path from the innermost outwards, through open shadow roots
 * @param {Target | undefined} target none: the innermost
 * @param {Tools["hasRole"]} hasRole
 * @returns {{element: Element, index: number} | undefined}
 */
export const matchTarget = (path, target, hasRole) => {
  const [first] = path;
  if (!target) return first && { element: first, index: 0 };
  let index = 0;
  for (const alternative of typeof target === "string" ? [target] : target.anyOf) {
    const element = path.find((one) =>
      typeof alternative === "string" ? one.matches(alternative) : /** @type {any} */ (hasRole)(one, alternative),
    );
    if (element) return { element, index };
    index++;
  }
};
