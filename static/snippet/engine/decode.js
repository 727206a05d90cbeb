import { attempt } from "./attempt.js";

/** Percent-decoded; as it is where that cannot be done. */
export const decode = (/** @type {string} */ text) => attempt(() => decodeURIComponent(text)) || text;
