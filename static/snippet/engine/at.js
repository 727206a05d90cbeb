/** @import {Path} from '../types.js' */
import { own } from "./own.js";

/**
 * What a path leads to, through own properties only; undefined when it leads nowhere.
 *
 * @param {any} value
 * @param {string | Path} path keys and indexes, or a text such as `order.items[0].sku`
 */
export const at = (value, path) => {
  for (const step of typeof path === "string" ? path.split(/[.[\]]+/) : path) {
    if (step === "") continue;
    if (value === undefined || value === null || !own(Object(value), step)) return undefined;
    value = value[step];
  }
  return value;
};
