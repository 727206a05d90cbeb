import { isObject } from "../engine/isObject.js";
import { remap } from "../engine/remap.js";

/**
 * `over` laid upon `base`: objects merge deeply, everything else, lists included, is replaced. Changes neither.
 *
 * @param {any} base
 * @param {any} over
 * @returns {any}
 */
export const merge = (base, over) =>
  Object.assign(
    remap(base, (value) => value),
    remap(over, (value, key) => (isObject(value) && isObject(base[key]) ? merge(base[key], value) : value)),
  );
