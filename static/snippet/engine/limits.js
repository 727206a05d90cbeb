/** @import {Core} from '../types.js' */

/** The session ends after this long without an event. */
const SESSION_IDLE_MS = 18e5;
/** How exactly that is kept: writing it down at every event would be waste. */
const SESSION_TOUCH_MS = 1e4;
/** Counters a scope keeps: each value of a key is one; the oldest go first. */
const MAX_COUNTERS = 200;

/** Where the session's last sign of life is kept among its counters. */
const TOUCHED = "";

/**
 * Counts how often rules triggered in each scope. What belongs to the session or the visitor is in storage, so that it
 * is shared by tabs and outlives the page.
 *
 * @param {Pick<Core, "platform" | "storage">} core
 * @returns {Core["limits"]}
 */
export const createLimits = ({ platform, storage }) => {
  /** @type {Record<string, Record<string, number>>} */
  const ofPage = Object.create(null);

  const load = (/** @type {string} */ per) => {
    const counters = (/^[sv]/.test(per) ? storage.get(per) : ofPage[per]) || {};
    return per === "session" && platform.now() - (counters[TOUCHED] || 0) > SESSION_IDLE_MS ? {} : counters;
  };

  /** Writes a counter, as the youngest of its scope. @type {(per: string, counters: any, name: string, value: number) => void} */
  const save = (per, counters, name, value) => {
    delete counters[name];
    counters[name] = value;
    Object.keys(counters)
      .slice(0, -MAX_COUNTERS)
      .forEach((oldest) => delete counters[oldest]);
    ofPage[per] = counters;
    if (/^[sv]/.test(per)) storage.set(per, counters);
  };

  return {
    /** Counts one more and answers true, or answers false when that would be too many. */
    allows: ({ per, times }, rule, key) => {
      const counters = load(per);
      const name = `${rule}|${key}`;
      const count = counters[name] || 0;
      if (count < times) save(per, counters, name, count + 1);
      return count < times;
    },
    /** Something happened: the session goes on. */
    touch: () => {
      const counters = load("session");
      const now = platform.now();
      if (now - (counters[TOUCHED] || 0) > SESSION_TOUCH_MS) save("session", counters, TOUCHED, now);
    },
    newRoute: () => {
      delete ofPage.route;
    },
  };
};
