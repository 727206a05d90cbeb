/**
 * Items in groups, in order, each of them once. A group has at most `maxItems`, and its sizes come to less than
 * `maxSize`, unless one item alone is larger.
 *
 * @template Item
 * @param {Item[]} items
 * @param {(item: Item) => number} sizeOf
 * @param {{maxItems: number, maxSize: number}} limits
 * @returns {Item[][]}
 */
export const splitBatches = (items, sizeOf, { maxItems, maxSize }) => {
  /** @type {Item[][]} */
  const batches = [];
  let size = 0;
  for (const item of items) {
    const last = batches[batches.length - 1];
    size += sizeOf(item);
    if (last && last.length < maxItems && size < maxSize) last.push(item);
    else {
      batches.push([item]);
      size = sizeOf(item);
    }
  }
  return batches;
};
