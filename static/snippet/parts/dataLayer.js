/** @import {JsonObject, Part} from '../types.js' */
import { attempt } from "../engine/attempt.js";
import { isObject } from "../engine/isObject.js";
import { own } from "../engine/own.js";

/**
 * Follows the page's data layer: an array that the page pushes to. Adobe's and Google's own libraries may use the same
 * array, before or after us; what they put in the place of `push` is called as before, and functions are theirs to run.
 *
 * The state is merged as each entry comes: objects deeply, everything else replaced, null and undefined removed. Each
 * entry with an `event` is said as the signal `data`, those of the past first, each with the state of its time.
 *
 * @type {Part}
 */
export default ({ container, emit, on, platform, tools }) => {
  const { plain } = tools;
  const { type, name, resetOnRoute } = container.dataLayer;
  const { root } = platform;
  /** @type {JsonObject} */
  const state = Object.create(null);
  const seen = new WeakSet();

  /** @type {(item: any, isPast: boolean) => void} */
  const take = (item, isPast) => {
    if (!isObject(item) || isForOthers(item, type)) return;
    seen.add(item);
    const { event, ...copy } = plain(item);
    const facts = plain(copy);
    const old = event && plain(state);
    if (type === "acdl") delete copy.eventInfo;
    merge(state, item, copy);
    if (event) emit("@data", { event, facts, old, isPast });
  };

  const start = () => {
    if (!Array.isArray(root[name])) root[name] = [];
    const layer = root[name];
    let depth = 0;

    // Adobe's library takes everything out and pushes it again; a page may push the same object twice. And of a `push`
    // that calls the one before it, only the first call counts.
    const isNew = (/** @type {any} */ item) => !isObject(item) || !seen.has(item) || (!depth && layer.includes(item));

    /** @type {(push: Function) => any} */
    const wrap = (push) =>
      function (/** @type {unknown[]} */ ...items) {
        for (const item of items) attempt(() => isNew(item) && take(item, false));
        depth++;
        try {
          // @ts-expect-error the page's `this`
          return push.apply(this, items);
        } finally {
          depth--;
        }
      };

    let inner = layer.push;
    let push = wrap(inner);
    layer.slice().forEach((/** @type {any} */ item) => attempt(() => take(item, true)));
    Object.defineProperty(layer, "push", {
      // @ts-expect-error what a page added to Object.prototype is no part of it
      __proto__: null,
      configurable: true,
      get: () => push,
      set: (other) => (push = wrap((inner = other))),
    });
    platform.undos.push(() => {
      delete layer.push;
      if (layer.push !== inner) layer.push = inner;
    });
  };

  on("@begin", start);
  on("@route", () => resetOnRoute.forEach((key) => delete state[key]));
  return { state };
};

/** Lists of arguments (`gtag`), and the listeners of Adobe's library. @type {(item: any, type: string) => boolean} */
const isForOthers = (item, type) =>
  own(item, "callee") ||
  (type === "acdl" && typeof (item.on || item.off) === "string");

/**
 * Lays an entry upon the state. `copy` holds the values; `item`, the page's object, still has what was undefined in it.
 * @type {(state: any, item: any, copy: any) => void}
 */
const merge = (state, item, copy) => {
  for (const key of Object.keys(item)) {
    const value = copy[key];
    if (item[key] === undefined || item[key] === null) delete state[key];
    else if (isObject(value) && isObject(state[key])) merge(state[key], item[key], value);
    else if (own(copy, key)) state[key] = value;
  }
};
