/** @import {Store} from '../types.js' */
import { attempt } from "../engine/attempt.js";
import { isObject } from "../engine/isObject.js";
import { plain } from "../engine/plain.js";
import { stringify } from "../engine/stringify.js";

/**
 * @param {Storage | undefined} area
 * @param {string} prefix of the keys in there
 * @param {() => boolean} isOpen whether consent allows localStorage
 * @returns {Store}
 */
export const createStorage = (area, prefix, isOpen) => {
  /** What localStorage may not or cannot hold. @type {Record<string, any>} */
  const memory = Object.create(null);

  /** @type {Store["get"]} */
  const get = (key) =>
    key in memory ? memory[key] : area && isOpen() ? attempt(() => plain(JSON.parse(/** @type {string} */ (area.getItem(prefix + key))))) : undefined;

  /** @type {Store["set"]} */
  const set = (key, value) => {
    memory[key] = value;
    if (!area || !isOpen()) return;
    // Full, or forbidden: then it lives as long as the page.
    attempt(() => {
      area.setItem(prefix + key, stringify(value));
      delete memory[key];
    });
  };

  return {
    get,
    set,
    persist: () => {
      for (const key of Object.keys(memory)) {
        const value = memory[key];
        delete memory[key];
        set(key, isObject(value) ? Object.assign(get(key) || {}, value) : value);
      }
    },
    clear: () => {
      for (const key of Object.keys(memory)) delete memory[key];
      attempt(() => {
        for (const name of Object.keys(/** @type {Storage} */ (area))) {
          if (name.startsWith(prefix)) /** @type {Storage} */ (area).removeItem(name);
        }
      });
    },
  };
};
