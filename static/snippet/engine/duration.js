const UNIT_MS = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/**
 * Milliseconds of `800ms`, `2s`, `30m`, `12h`, `7d`.
 * @param {string} text
 */
export const duration = (text) => parseFloat(text) * (/** @type {any} */ (UNIT_MS)[text.replace(/\d+/, "")] || 1);
