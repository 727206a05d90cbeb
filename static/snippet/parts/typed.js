/** @import {Part} from '../types.js' */
import { MAX_MATCHED_CHARACTERS } from "../engine/maxMatchedCharacters.js";
import { isObject } from "../engine/isObject.js";

/** @type {(value: any, type: string) => boolean} */
const isOf = (value, type) =>
  type === "array" ? Array.isArray(value) : type === "object" ? isObject(value) : type === "integer" ? Number.isInteger(value) : typeof value === type;

/**
 * Data elements that say what they are: of another type, or another pattern, is no value. Monitors are told, so that
 * somebody notices.
 *
 * @type {Part}
 */
export default ({ modules, notify }) => {
  modules["pipes/@type"] = (/** @type {any} */ value, /** @type {any[]} */ [name, type, pattern]) => {
    if ((!type || isOf(value, type)) && (!pattern || RegExp(pattern).test(String(value).slice(0, MAX_MATCHED_CHARACTERS)))) return value;
    notify("onError", { rule: null, module: name, error: Error(`${name} is not ${type || ""} ${pattern || ""}`), isSwitchedOff: false });
  };
};
