import { attempt } from "./attempt.js";

/**
 * @param {string} text
 * @param {string} [base] what it is relative to
 * @returns {URL | undefined} undefined for what is no URL
 */
export const parseUrl = (text, base) => attempt(() => new URL(text, base));
