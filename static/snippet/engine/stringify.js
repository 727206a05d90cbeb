/**
 * JSON of plain data. On pages with a library that gives lists or objects a `toJSON` of its own, `JSON.stringify` asks
 * that first; what it is told then is what was there before.
 *
 * @param {any} value
 * @returns {string}
 */
export const stringify = (value) =>
  JSON.stringify(value, /** @this {any} */ function (key) {
    return this[key];
  });
