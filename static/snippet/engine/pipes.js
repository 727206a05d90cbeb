/** @import {Core} from '../types.js' */
import { cleanText } from "./cleanText.js";
import { MAX_MATCHED_CHARACTERS } from "./compare.js";
import { isElement } from "./isElement.js";
import { isObject } from "./isObject.js";
import { own } from "./own.js";
import { remap } from "./remap.js";
import { stringify } from "./stringify.js";
import { text } from "./text.js";
import { toNumber } from "./toNumber.js";

/** Smaller numbers are seconds: as milliseconds they would lie before March 1973. */
const MAX_SECONDS = 1e11;

/**
 * The functions that a value can go through, by name: each takes the value, which is not missing, and its arguments. One
 * that cannot take what it gets may throw: then there is no value. The server has the same list, server/property/pipes.py.
 *
 * @param {Pick<Core, "elements" | "page">} core
 * @returns {Record<string, (value: any, ...args: any[]) => unknown>}
 */
export const createPipes = ({ elements, page }) => {
  const urlOf = (/** @type {string} */ value) => new URL(value, page.url());
  return {
  text: (value) => (isElement(value) ? elements.text(value) : text(value)),
  value: (value) => (isElement(value) ? elements.value(value) : value),
  string: text,
  number: toNumber,
  integer: (value, decimal) => Math.trunc(toNumber(value, decimal)),
  boolean: (value) => /^(true|1|yes|on)$/i.test(value) || (/^(false|0|no|off)$/i.test(value) ? false : undefined),
  date: (value) => {
    // A text of fewer digits is a year.
    const number = typeof value === "number" || /^\d{9,}$/.test(value) ? +value : NaN;
    return new Date(number < MAX_SECONDS ? number * 1000 : number || value).toISOString();
  },
  lower: (value) => textOf(value).toLowerCase(),
  upper: (value) => textOf(value).toUpperCase(),
  trim: (value) => textOf(value).trim(),
  cleanText: (value) => cleanText(text(value)),
  max: (value, most) => textOf(value).slice(0, most).replace(/[\ud800-\udbff]$/, ""),
  replace: (value, from, to) => textOf(value).split(from).join(to),
  split: (value, separator) => textOf(value).split(separator),
  join: (value, separator) => value.join(separator),
  at: (value, index) => value[index < 0 ? value.length + index : index],
  first: (value) => value[0],
  last: (value) => value[value.length - 1],
  length: (value) => value.length,
  slice: (value, from, to) => value.slice(from, to),
  default: (value) => value,
  map: (value, table) => table[own(table, value) ? value : "*"],
  regex: (value, pattern, group = 0) => /** @type {any} */ (RegExp(pattern).exec(textOf(value).slice(0, MAX_MATCHED_CHARACTERS)))[group],
  stripQuery: (value) => textOf(value).split(/[?#]/)[0],
  origin: (value) => urlOf(value).origin,
  path: (value) => urlOf(value).pathname,
  pick: (value, ...keys) => only(value, (key) => keys.includes(key)),
  omit: (value, ...keys) => only(value, (key) => !keys.includes(key)),
  json: stringify,
  };
};

const textOf = /** @type {(value: unknown) => string} */ (text);

/** An object with some of its keys; of a list, each of its objects. @type {(value: any, keeps: (key: string) => boolean) => any} */
const only = (value, keeps) =>
  Array.isArray(value)
    ? value.map((one) => only(one, keeps))
    : isObject(value)
      ? remap(value, (one, key) => (keeps(key) ? one : undefined))
      : value;
