/**
 * A UUID of version 4 (RFC 9562, 5.4). The digit of the variant is always 8, so that 120 bits are random.
 * @param {(count: number) => Uint8Array} random
 */
export const uuid = (random) =>
  "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => (/** @type {number} */ (random(1)[0]) & 15).toString(16));
