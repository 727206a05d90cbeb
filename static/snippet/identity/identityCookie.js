import { attempt } from "../engine/attempt.js";

/*
 * The identity cookie's value: url-safe base64 of a protobuf message whose field 1 is the ECID, a text of 38 bytes
 * (edge-protocol.md, section 8). What is written here is the minimal message, which Adobe's SDK and the server read; of
 * theirs, whatever else is in it, field 1 is read.
 */
const FIELD_1 = "\n&";

/** Of digits, base64 has no sign that would be another one in a URL, but two `=` at its end. @type {(ecid: string) => string} */
export const encodeIdentity = (ecid) => btoa(FIELD_1 + ecid).slice(0, -2);

/**
 * @param {string | undefined} value
 * @returns {string | undefined} the ECID; undefined for anything that holds none
 */
export const decodeIdentity = (value = "") =>
  attempt(() => (/\n&(\d{38})/.exec(atob(value.replace(/-/g, "+").replace(/_/g, "/"))) || [])[1]);
