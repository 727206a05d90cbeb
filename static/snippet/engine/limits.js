/** @import {Limit, Store} from '../types.js' */

/** The session ends after this long without an event. */
const SESSION_IDLE_MS = 30 * 60e3;
/** How exactly its idle time is kept: writing it down at every event would be waste. */
const SESSION_TOUCH_MS = 10e3;
/** Counters a scope keeps: each value of a key is one; the oldest go first. */
const MAX_COUNTERS = 200;

/** Where the session's last sign of life is kept among its counters. */
const TOUCHED = "";

/**
 * Counts how often rules triggered in each scope. What belongs to the session or the visitor is in storage, so that it
 * is shared by tabs and outlives the page.
 *
 * @param {{storage: Store, now: () => number}} needs
 */
export const createLimits = ({ storage, now }) => {
  /** @type {Record<string, Record<string, number>>} */
  const inPage = Object.create(null);

  const load = (/** @type {string} */ per) => {
    const counters = (/^(page|route)$/.test(per) ? inPage[per] : storage.get(per)) || Object.create(null);
    return per === "session" && now() - (counters[TOUCHED] || 0) > SESSION_IDLE_MS ? Object.create(null) : counters;
  };

  const save = (/** @type {string} */ per, /** @type {Record<string, number>} */ counters) => {
    const names = Object.keys(counters);
    for (const name of names.slice(0, Math.max(0, names.length - MAX_COUNTERS))) delete counters[name];
    if (/^(page|route)$/.test(per)) inPage[per] = counters;
    else storage.set(per, counters);
  };

  return {
    /** Count one more and answer true, or answer false when that would be too many. */
    allows: (/** @type {Limit} */ limit, /** @type {string} */ rule, /** @type {unknown} */ key) => {
      const counters = load(limit.per);
      const name = `${rule}|${key}`;
      const count = counters[name] || 0;
      if (count >= limit.times) return false;
      delete counters[name];
      counters[name] = count + 1;
      save(limit.per, counters);
      return true;
    },
    /** Something happened: the session goes on. */
    touch: () => {
      const counters = load("session");
      if (now() - (counters[TOUCHED] || 0) < SESSION_TOUCH_MS) return;
      delete counters[TOUCHED];
      counters[TOUCHED] = now();
      save("session", counters);
    },
    newRoute: () => void delete inPage.route,
  };
};
