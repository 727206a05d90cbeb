/** @import {Check, Condition, Template} from '../types.js' */
import { compare } from "./compare.js";
import { isMissing } from "./isMissing.js";

/**
 * Whether a tree of conditions is met.
 *
 * @param {Condition} condition
 * @param {(template: Template) => unknown} resolve
 * @param {Check[]} checks gets a line for each comparison that was made
 * @returns {boolean}
 */
export const evaluate = (condition, resolve, checks) => {
  const isMet = (/** @type {Condition} */ one) => evaluate(one, resolve, checks);
  if ("all" in condition) return condition.all.every(isMet);
  if ("any" in condition) return condition.any.some(isMet);
  if ("none" in condition) return !condition.none.some(isMet);
  const seen = resolve(condition.value);
  const met =
    "op" in condition
      ? compare(condition.op, seen, condition.than, condition.ignoreCase)
      : /^[pa]/.test(condition.is)
        ? isMissing(seen) === (condition.is === "absent")
        : String(seen) === condition.is;
  checks.push({ condition, seen, met });
  return met;
};
