import { formatMoney, toCents } from "./money.js";

/** @import {Line, Sums} from './types.js' */

/**
 * Fills the places of a summary: [data-sum=goods|delivery|tax|total].
 * @param {Sums} sums
 */
export function showSums(sums) {
  for (const place of document.querySelectorAll("[data-sum]")) {
    const name = /** @type {keyof Sums} */ (place.getAttribute("data-sum"));
    place.textContent = name === "delivery" && sums.delivery === 0 ? "free" : formatMoney(sums[name]);
  }
}

/**
 * A line of text for each thing ordered, into [data-order-lines].
 * @param {Line[]} lines
 */
export function showOrderLines(lines) {
  const list = document.querySelector("[data-order-lines]");
  list?.replaceChildren(
    ...lines.map(({ name, qty, price }) => {
      const item = document.createElement("li");
      const what = document.createElement("span");
      what.textContent = `${qty} × ${name}`;
      const sum = document.createElement("span");
      sum.textContent = formatMoney(toCents(price * qty));
      item.append(what, sum);
      return item;
    }),
  );
}

/**
 * What says that the cart is empty, or what needs one that is not.
 *
 * @param {readonly Line[]} lines
 */
export function showWhetherEmpty(lines) {
  for (const empty of document.querySelectorAll("[data-cart-empty]")) empty.toggleAttribute("hidden", lines.length > 0);
  for (const full of document.querySelectorAll("[data-cart-full]")) full.toggleAttribute("hidden", lines.length === 0);
}
