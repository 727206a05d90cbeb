/** @import {PipeModule} from '../types.js' */

/** The first bits of the fractional parts of the `power`th roots of the first `count` primes (FIPS 180-4, 4.2.2 and 5.3.3). */
const rootsOfPrimes = (/** @type {number} */ count, /** @type {number} */ power) => {
  /** @type {number[]} */
  const primes = [];
  for (let one = 2; primes.length < count; one++) if (primes.every((prime) => one % prime)) primes.push(one);
  return /** @type {any[]} */ (primes.map((prime) => (((prime ** (1 / power)) % 1) * 2 ** 32) | 0));
};

/**
 * SHA-256 (FIPS 180-4) of a text's UTF-8, as 64 hexadecimal digits. The browser's own has no answer at once, and the value
 * is taken at the moment of the event.
 *
 * @type {PipeModule}
 */
export default (value, _args, { textOf }) => {
  const bytes = new TextEncoder().encode(textOf(value).toString());
  const k = rootsOfPrimes(64, 3);
  const hash = rootsOfPrimes(8, 2);
  const words = new Array(((bytes.length + 8) >> 6) * 16 + 16).fill(0);
  bytes.forEach((byte, index) => (words[index >> 2] |= byte << (24 - (index % 4) * 8)));
  words[bytes.length >> 2] |= 128 << (24 - (bytes.length % 4) * 8);
  words[words.length - 1] = bytes.length * 8;
  const turn = (/** @type {number} */ word, /** @type {number} */ bits) => (word >>> bits) | (word << (32 - bits));

  for (let start = 0; start < words.length; start += 16) {
    const w = words.slice(start, start + 16);
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < 64; i++) {
      if (i > 15) {
        const [x, y] = [w[i - 15], w[i - 2]];
        w[i] = (w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))) | 0;
      }
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, index) => (hash[index] = (hash[index] + word) | 0));
  }
  return hash.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
};
