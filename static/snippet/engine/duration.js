const UNIT_MS = new Map([["ms", 1], ["s", 1e3], ["m", 6e4], ["h", 36e5], ["d", 864e5]]);

/**
 * Milliseconds of `800ms`, `2s`, `30m`, `12h`, `7d`; a number is milliseconds already.
 * @param {string | number} text
 */
export const duration = (text) => parseFloat(String(text)) * (UNIT_MS.get(String(text).replace(/[^a-z]/g, "")) || 1);
