import { remap } from "./remap.js";

/**
 * JSON of plain data. Not `JSON.stringify` for lists, because on pages with a library that gives lists a `toJSON` of its
 * own, that makes texts of them.
 *
 * @param {any} value
 * @returns {string}
 */
export const stringify = (value) =>
  typeof value !== "object" || !value
    ? JSON.stringify(value)
    : Array.isArray(value)
      ? `[${value.map((item) => stringify(item) || "null")}]`
      : `{${Object.values(remap(value, (item, key) => item === undefined ? item : JSON.stringify(key) + ":" + stringify(item)))}}`;
