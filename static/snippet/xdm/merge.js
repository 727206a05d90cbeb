import { isObject } from "../engine/isObject.js";

/**
 * `over` laid upon `base`: objects merge deeply, everything else, lists included, is replaced. Changes neither.
 *
 * @param {any} base
 * @param {any} over
 */
export const merge = (base, over) => {
  const merged = Object.create(null);
  for (const key of Object.keys(base)) merged[key] = base[key];
  for (const key of Object.keys(over)) {
    merged[key] = isObject(merged[key]) && isObject(over[key]) ? merge(merged[key], over[key]) : over[key];
  }
  return merged;
};
