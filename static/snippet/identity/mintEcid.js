/**
 * A new ECID: two random numbers of 63 bits, each written with 19 digits (edge-protocol.md, section 8).
 * @param {(count: number) => Uint8Array} random
 */
export const mintEcid = (random) => digits(random(8)) + digits(random(8));

/** Long division by ten, in two halves: such numbers are too long for JavaScript's. */
const digits = (/** @type {Uint8Array} */ bytes) => {
  const word = (/** @type {number} */ from) => bytes.slice(from, from + 4).reduce((sum, byte) => sum * 256 + byte, 0);
  let high = word(0) >>> 1;
  let low = word(4);
  let text = "";
  for (let place = 0; place < 19; place++) {
    const rest = (high % 10) * 2 ** 32 + low;
    high = Math.floor(high / 10);
    low = Math.floor(rest / 10);
    text = (rest % 10) + text;
  }
  return text;
};
