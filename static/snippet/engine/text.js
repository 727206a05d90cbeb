/**
 * The text of a text, a number, true or false; undefined for anything else.
 * @param {unknown} value
 */
export const text = (value) => (/^(str|num|bool)/.test(typeof value) ? String(value) : undefined);
