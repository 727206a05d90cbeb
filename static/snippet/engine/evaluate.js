/** @import {Check, Condition, Template, Tools} from '../types.js' */
import { isMissing } from "./isMissing.js";

/**
 * Whether a tree of conditions is met.
 *
 * @param {Condition} condition
 * @param {(template: Template) => unknown} resolve
 * @param {Check[]} checks gets a line for each comparison that was made
 * @param {Tools["compare"]} compare
 * @returns {boolean}
 */
export const evaluate = (condition, resolve, checks, compare) => {
  const isMet = (/** @type {Condition} */ one) => evaluate(one, resolve, checks, compare);
  const { all, any, none, value, is, op, than, ignoreCase } = /** @type {any} */ (condition);
  if (all) return all.every(isMet);
  if (any) return any.some(isMet);
  if (none) return !none.some(isMet);
  const seen = resolve(value);
  // An attribute without a value, such as `disabled`, is there all the same.
  const isThere = !isMissing(seen) || !!(seen === "" && value.attr && !value.pipe);
  const met = op
    ? /** @type {any} */ (compare)(op, seen, than, ignoreCase)
    : /^[pa]/.test(is)
      ? isThere === (is === "present")
      : String(seen) === is;
  checks.push({ condition, seen, met });
  return met;
};
