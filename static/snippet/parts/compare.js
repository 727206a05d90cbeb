/** @import {Json, Part, Tools} from '../types.js' */
import { isMissing } from "../engine/isMissing.js";
import { MAX_MATCHED_CHARACTERS } from "../engine/maxMatchedCharacters.js";

/** @type {Record<string, (value: any, than: any) => boolean>} */
const OPERATORS = {
  eq: (value, than) => value === than,
  lt: (value, than) => value < than,
  lte: (value, than) => value <= than,
  gt: (value, than) => value > than,
  gte: (value, than) => value >= than,
  contains: (value, than) => value.includes(than),
  startsWith: (value, than) => value.startsWith(than),
  endsWith: (value, than) => value.endsWith(than),
};

/**
 * Whether `value op than` holds. Numbers are compared as numbers when the literal is one. A missing value equals nothing
 * and is less than nothing: only `ne` holds for it. A list contains what one of its entries equals.
 *
 * @type {NonNullable<Tools["compare"]>}
 */
export const compare = (op, value, than, ignoreCase) => {
  const isEqual = (/** @type {unknown} */ one, /** @type {any} */ other) => compare("eq", one, other, ignoreCase);
  if (op === "ne") return !isEqual(value, than);
  if (isMissing(value)) return false;
  if (op === "in") return /** @type {Json[]} */ (than).some((one) => isEqual(value, one));
  if (op === "contains" && Array.isArray(value)) return value.some((one) => isEqual(one, than));
  if (op === "matches") {
    return RegExp(/** @type {string} */ (than), ignoreCase ? "i" : "").test(String(value).slice(0, MAX_MATCHED_CHARACTERS));
  }
  const form = (/** @type {unknown} */ one) =>
    typeof than === "number" ? +(/** @type {any} */ (one)) : ignoreCase ? String(one).toLowerCase() : String(one);
  return /** @type {any} */ (OPERATORS[op])(form(value), form(than));
};

/** Conditions that compare. @type {Part} */
export default () => ({ compare });
