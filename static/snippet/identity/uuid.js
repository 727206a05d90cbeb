/**
 * A UUID of version 4 (RFC 9562, 5.4).
 * @param {(count: number) => Uint8Array} random
 */
export const uuid = (random) => {
  let text = "";
  random(16).forEach((byte, index) => {
    const fixed = index === 6 ? (byte & 15) | 64 : index === 8 ? (byte & 63) | 128 : byte;
    text += (/^(4|6|8|10)$/.test(String(index)) ? "-" : "") + (fixed + 256).toString(16).slice(1);
  });
  return text;
};
