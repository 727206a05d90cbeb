/**
 * A new ECID: two random numbers of 63 bits, each written with 19 digits (edge-protocol.md, section 8).
 * @param {(count: number) => Uint8Array} random
 */
export const mintEcid = (random) => digits(random(8)) + digits(random(8));

/** Long division by ten, byte by byte: such numbers are too long for JavaScript's. @type {(bytes: any) => string} */
const digits = (bytes) => {
  bytes[0] &= 127;
  let text = "";
  while (text.length < 19) {
    let rest = 0;
    bytes.forEach((/** @type {number} */ byte, /** @type {number} */ index) => {
      const value = rest * 256 + byte;
      bytes[index] = value / 10;
      rest = value % 10;
    });
    text = rest + text;
  }
  return text;
};
