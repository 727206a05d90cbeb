/*
 * The identity cookie's value: url-safe base64 of a protobuf message whose field 1 is the ECID. Adobe's SDK and the
 * server read what is written here, and what they write is read here (edge-protocol.md, section 8).
 */

/** Field 1, a text of 38 bytes. The minimal message that everybody reads; the server adds its own fields to it. */
const HEAD = "\x0a\x26";

export const encodeIdentity = (/** @type {string} */ ecid) =>
  btoa(HEAD + ecid).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/**
 * @param {string | undefined} value
 * @returns {string | undefined} the ECID; undefined for anything that is no such message
 */
export const decodeIdentity = (value) => {
  try {
    const ecid = field1(atob(String(value).replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "")));
    return /^\d{38}$/.test(ecid) ? ecid : undefined;
  } catch {
    return undefined;
  }
};

/** The bytes of field 1, wherever it stands. Throws, or answers nonsense, for what is no protobuf. */
const field1 = (/** @type {string} */ bytes) => {
  let at = 0;
  const varint = () => {
    let number = 0;
    for (let scale = 1, byte = 128; byte > 127; scale *= 128) {
      byte = bytes.charCodeAt(at++);
      number += (byte & 127) * scale;
    }
    return number;
  };
  while (at < bytes.length) {
    const tag = varint();
    const type = tag & 7;
    if (type === 2) {
      const length = varint();
      if (tag >> 3 === 1) return bytes.substr(at, length);
      at += length;
    } else if (type === 0) varint();
    else at += type === 1 ? 8 : 4;
  }
  return "";
};
