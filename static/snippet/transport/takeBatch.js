/** One request's events. */
const MAX_BATCH_EVENTS = 50;
/** A page's requests that outlive it may have 64 KiB in all; a request has about 1 kB beside its events. */
const MAX_BATCH_BYTES = 55e3;

/**
 * Takes a batch from the front of a list: as many as one request may have, but at least one.
 *
 * @template Item
 * @param {Item[]} items loses what is taken
 * @param {(item: Item) => number} bytesOf
 * @returns {Item[]} empty when there is none
 */
export const takeBatch = (items, bytesOf) => {
  let bytes = 0;
  const end = items.findIndex((item, index) => (bytes += bytesOf(item)) > MAX_BATCH_BYTES && index > 0);
  return items.splice(0, Math.min(end < 0 ? MAX_BATCH_EVENTS : end, MAX_BATCH_EVENTS));
};
