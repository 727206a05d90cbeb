/**
 * A UUID of version 4 (RFC 9562, 5.4).
 * @param {(count: number) => Uint8Array} random
 */
export const uuid = (random) => {
  const bytes = /** @type {any} */ (random(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  let text = "";
  for (const byte of bytes) text += (byte + 256).toString(16).slice(1);
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};
