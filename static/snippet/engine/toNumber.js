import { text } from "./text.js";

/**
 * The number that a text such as `€ 1,234.50` or `-5 %` shows, or NaN. Only what is told is a decimal sign: the other
 * one may only group thousands. A text with two numbers in it shows none.
 *
 * @param {any} value
 * @param {string} [decimal] `"."` or `","`
 */
export const toNumber = (value, decimal = ".") => {
  if (typeof value === "number") return value;
  const [, before = "", digits = "?"] = /^(\D*?)(\.?\d[\d.,'\s]*)\D*$/.exec(text(value) || "") || [];
  const number = digits.replace(/['\s]|[.,]+$/g, "").replace(/[.,]/g, (sign) => (sign === decimal ? "." : ","));
  if (!/^(\d*|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(number)) return NaN;
  return +((/^\s*[-\u2212]|[^\w][-\u2212]$/.test(before) ? "-" : "") + number.replace(/,/g, ""));
};
