/** @import {Part} from '../types.js' */

/** Counters a scope keeps: each value of a key is one; the oldest go first. */
const MAX_COUNTERS = 200;

/**
 * Counts how often rules triggered in each scope. What belongs to the session or the visitor is in storage, so that it
 * is shared by tabs and outlives the page.
 *
 * @type {Part}
 */
export default ({ gates, on, storage }) => {
  /** @type {Record<string, Record<string, number>>} */
  const ofPage = Object.create(null);

  on("@route", () => delete ofPage.route);

  // The last of the gates, because asking counts.
  gates.push(({ id, limit }, resolve) => {
    if (!limit) return;
    const { key, per, times } = limit;
    const isKept = /^[sv]/.test(per);
    const counters = (isKept ? storage.get(per) : ofPage[per]) || {};
    const name = `${id}|${resolve(key)}`;
    const count = counters[name] || 0;
    if (count >= times) return "limit";
    // Written again, it is the youngest.
    delete counters[name];
    counters[name] = count + 1;
    for (const oldest of Object.keys(counters).slice(0, -MAX_COUNTERS)) delete counters[oldest];
    if (isKept) storage.set(per, counters);
    else ofPage[per] = counters;
  });
};
