/**
 * One meaning everywhere: a missing value makes a fallback or default count, is not present, and is left out of XDM.
 * No number is none.
 *
 * @param {any} value
 */
export const isMissing = (value) => value === undefined || value === null || value === "" || value !== value;
