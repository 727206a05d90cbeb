import { toCents } from "./money.js";
import { read, write } from "./storage.js";

/** @import {Line, Sums, Terms} from './types.js' */

/** Nobody buys more of one thing here; a larger number is a slip of the finger. */
export const MAX_QUANTITY = 99;

/** @returns {Line[]} */
export function lines() {
  const kept = read("local", "cart");
  return Array.isArray(kept) ? kept.filter(isLine) : [];
}

/**
 * Puts a line in, or raises the quantity of the line that is there for the same thing.
 * @param {Line} line
 */
export function add(line) {
  const present = lines();
  const same = present.find(({ sku }) => sku === line.sku);
  if (same) same.qty = quantity(same.qty + line.qty);
  else present.push(line);
  keep(present);
}

/**
 * @param {string} sku
 * @param {number} qty 0 takes the line out
 */
export function setQuantity(sku, qty) {
  keep(lines().flatMap((line) => (line.sku !== sku ? line : qty > 0 ? { ...line, qty: quantity(qty) } : [])));
}

export function clear() {
  keep([]);
}

/**
 * A whole number from 1 to MAX_QUANTITY, whatever was typed.
 * @param {string | number} typed
 */
export function quantity(typed) {
  return Math.min(MAX_QUANTITY, Math.max(1, Math.trunc(Number(typed)) || 1));
}

/**
 * @param {Line[]} lines
 * @param {Terms} terms
 * @returns {Sums}
 */
export function sums(lines, terms) {
  const goods = toCents(lines.reduce((sum, line) => sum + line.price * line.qty, 0));
  const delivery = lines.length === 0 || goods >= terms.freeDeliveryFrom ? 0 : terms.delivery;
  const total = toCents(goods + delivery);
  return { goods, delivery, tax: toCents(total - total / (1 + terms.taxRate)), total };
}

/**
 * The cart as the data layer tells it.
 * @param {Line[]} lines
 */
export function described(lines) {
  const items = lines.map(describedLine);
  return { items, total: toCents(items.reduce((sum, item) => sum + item.total, 0)) };
}

/** @param {Line} line */
export const describedLine = ({ sku, name, qty, price, category }) => ({
  sku,
  name,
  qty,
  price,
  total: toCents(price * qty),
  category,
});

/** @param {Line[]} lines */
function keep(lines) {
  write("local", "cart", lines);
  document.dispatchEvent(new CustomEvent("cart:changed"));
}

/**
 * @param {any} value
 * @returns {value is Line}
 */
const isLine = (value) =>
  typeof value?.sku === "string" && Number.isFinite(value.price) && Number.isInteger(value.qty) && value.qty > 0;
