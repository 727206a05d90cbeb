/** @import {Store} from '../types.js' */
import { isObject } from "../engine/isObject.js";
import { plain } from "../engine/plain.js";
import { stringify } from "../engine/stringify.js";

/**
 * @param {{area: Storage | undefined, prefix: string, isOpen: () => boolean}} needs `isOpen`: whether consent allows
 *   localStorage
 * @returns {Store}
 */
export const createStorage = ({ area, prefix, isOpen }) => {
  /** What localStorage may not or cannot hold. @type {Record<string, any>} */
  const memory = Object.create(null);

  /** @type {Store["get"]} */
  const get = (key) => {
    if (key in memory || !isOpen() || !area) return memory[key];
    try {
      return plain(JSON.parse(area.getItem(prefix + key) || "null")) ?? undefined;
    } catch {
      return undefined;
    }
  };

  /** @type {Store["set"]} */
  const set = (key, value) => {
    memory[key] = value;
    if (!isOpen() || !area) return;
    try {
      area.setItem(prefix + key, stringify(value));
      delete memory[key];
    } catch {
      // Full, or forbidden: it lives as long as the page.
    }
  };

  return {
    get,
    set,
    persist: () => {
      for (const key of Object.keys(memory)) {
        const value = memory[key];
        delete memory[key];
        const kept = get(key);
        set(key, isObject(kept) && isObject(value) ? Object.assign(kept, value) : value);
      }
    },
    clear: () => {
      for (const key of Object.keys(memory)) delete memory[key];
      try {
        for (let index = area ? area.length : 0; area && index--; ) {
          const name = area.key(index);
          if (name && name.startsWith(prefix)) area.removeItem(name);
        }
      } catch {
        // What cannot be reached holds nothing of ours.
      }
    },
  };
};
