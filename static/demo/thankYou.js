import { customer, customerNumber } from "./account.js";
import { describedLine } from "./cart.js";
import { push } from "./dataLayer.js";
import { readPageData } from "./page.js";
import { read } from "./storage.js";
import { showOrderLines, showSums } from "./summary.js";

/** @import {Order} from './types.js' */

const order = /** @type {Order | undefined} */ (read("session", "order"));
if (order) {
  show(order);
  tell(order);
}

/** @param {Order} order */
function show(order) {
  for (const part of document.querySelectorAll("[data-order-found]")) part.removeAttribute("hidden");
  for (const part of document.querySelectorAll("[data-order-missing]")) part.setAttribute("hidden", "");
  document.querySelector("[data-order-id]")?.replaceChildren(order.id);
  showOrderLines(order.lines);
  showSums(order.sums);
}

/**
 * Pushed on every load of the page, as most shops do it: not counting a reload twice is for whoever counts.
 * @param {Order} order
 */
function tell({ id, email, lines, sums }) {
  const number = customerNumber(email);
  push({
    event: "orderPlaced",
    order: {
      id,
      total: sums.total,
      currency: readPageData().terms.currency,
      tax: sums.tax,
      shipping: sums.delivery,
      items: lines.map(describedLine),
    },
    // Somebody who orders without logging in gets a number too, but has not shown that the address is theirs.
    customer: { id: number, email, loginState: customer()?.id === number ? "authenticated" : "ambiguous" },
  });
}
