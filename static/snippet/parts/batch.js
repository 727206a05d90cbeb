/** @import {Beacon, Part} from '../types.js' */

/**
 * Rules whose events wait for each other, so that many small ones are one request. They go when there are enough of them,
 * when the time is up, or when the page is hidden.
 *
 * @type {Part}
 */
export default ({ container, outbox, platform }) => {
  const { add, drop, flush } = outbox;
  /** @type {Record<string, {ms: number, events: number, held: Beacon[], stop: () => void}>} */
  const batches = Object.create(null);
  for (const { batch, id } of container.rules) if (batch) batches[id] = { ...batch, held: [], stop: () => {} };
  const all = () => Object.keys(batches).map((rule) => /** @type {any} */ (batches[rule]));

  /** @type {(one: any) => void} */
  const release = (one) => {
    one.stop();
    one.held.splice(0).forEach((/** @type {Beacon} */ beacon) => add(beacon, false));
  };

  outbox.add = (beacon, isLast) => {
    const one = batches[/** @type {string} */ (beacon.rule)];
    if (!one || isLast) return add(beacon, isLast);
    if (one.held.push(beacon) >= one.events) release(one);
    else if (one.held.length === 1) one.stop = platform.delay(() => release(one), one.ms);
  };
  outbox.flush = (isLeaving) => {
    all().forEach(release);
    flush(isLeaving);
  };
  outbox.drop = (isRefused) => {
    for (const one of all()) one.held = one.held.filter((/** @type {Beacon} */ beacon) => !isRefused(beacon));
    drop(isRefused);
  };
};
