import { remap } from "./remap.js";

/** Nodes that a copy holds at most: pages push whole component trees; this many take a few ms. */
const MAX_NODES = 20000;
/** The server takes 64 levels in all. */
const MAX_DEPTH = 32;

/**
 * A copy that nothing can change later, of what JSON can hold: own keys only, objects without a prototype, dates as ISO
 * texts. The rest (functions, elements, windows, what leads back to itself, what goes on too far) is left out.
 *
 * @param {any} source
 * @param {number} [most] how many nodes
 * @returns {any} JSON, or undefined
 */
export const plain = (source, most = MAX_NODES) => {
  /** The objects around the current one. @type {object[]} */
  const around = [];
  /** @type {(value: any) => any} */
  const copy = (value) => {
    if (value === null || /string|boolean/.test(typeof value)) return value;
    if (typeof value === "number") return isFinite(value) ? value : undefined;
    if (typeof value !== "object" || around.includes(value) || around.length > MAX_DEPTH || most-- < 1) return undefined;
    if (value instanceof Date) return isFinite(+value) ? value.toISOString() : undefined;
    if (value.window === value || value.nodeType > 0) return undefined;
    around.push(value);
    const copied = Array.isArray(value) ? value.map((item) => (item = copy(item)) === undefined ? null : item) : remap(value, copy);
    around.pop();
    return copied;
  };
  return copy(source);
};
