/**
 * Items in groups, in order, each of them once. A group has at most `maxItems`, and its sizes come to less than
 * `maxSize`, unless one item alone is larger.
 *
 * @template Item
 * @param {Item[]} items
 * @param {(item: Item) => number} sizeOf
 * @param {number} maxItems
 * @param {number} maxSize
 * @returns {Item[][]}
 */
export const splitBatches = (items, sizeOf, maxItems, maxSize) => {
  /** @type {Item[]} */
  let batch = [];
  const batches = [batch];
  let size = 0;
  for (const item of items) {
    size += sizeOf(item);
    if (batch.length && (batch.length === maxItems || size >= maxSize)) {
      batches.push((batch = []));
      size = sizeOf(item);
    }
    batch.push(item);
  }
  return items.length ? batches : [];
};
