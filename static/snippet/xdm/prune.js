import { remap } from "../engine/remap.js";

/**
 * The value without what says nothing: undefined, null, and the objects and lists that are empty then.
 * @param {any} value
 * @returns {any} undefined when nothing is left
 */
export const prune = (value) => {
  if (typeof value !== "object") return value;
  const left = Array.isArray(value)
    ? value.map(prune).filter((item) => item !== undefined)
    : remap(value || {}, prune);
  return Object.keys(left).length ? left : undefined;
};
