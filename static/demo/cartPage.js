import * as cart from "./cart.js";
import { formatMoney, toCents } from "./money.js";
import { readPageData } from "./page.js";
import { showSums, showWhetherEmpty } from "./summary.js";

/** @import {Line} from './types.js' */

const { terms } = readPageData();

show();
document.addEventListener("cart:changed", show);
addEventListener("storage", show);

function show() {
  const lines = cart.lines();
  showWhetherEmpty(lines);
  const list = document.querySelector("[data-cart-lines]");
  const template = document.querySelector("template[data-cart-line]");
  if (!list || !(template instanceof HTMLTemplateElement)) return;
  // A line that is there already is changed in place, so that the focus stays in its field.
  const present = new Map([...list.children].map((item) => [item.getAttribute("data-line"), item]));
  list.replaceChildren(...lines.map((line) => showLine(line, present.get(line.sku) ?? newLine(line, template))));
  showSums(cart.sums(lines, terms));
}

/**
 * @param {Line} line
 * @param {HTMLTemplateElement} template
 */
function newLine(line, template) {
  const item = /** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild;
  if (!item) throw new Error("the template of a line is empty");
  item.setAttribute("data-line", line.sku);
  item.querySelector("img")?.setAttribute("src", line.image);
  const name = item.querySelector("[data-name]");
  name?.setAttribute("href", line.url);
  name?.append(line.name);
  item.querySelector("[data-quantity-label]")?.append(`Quantity of ${line.name}`);
  item.querySelector("[data-remove-label]")?.append(`Remove ${line.name}`);
  item.querySelector("[data-remove]")?.addEventListener("click", () => cart.setQuantity(line.sku, 0));
  const input = item.querySelector("input");
  input?.addEventListener("change", () => cart.setQuantity(line.sku, cart.quantity(input.value)));
  return item;
}

/**
 * @param {Line} line
 * @param {Element} item
 */
function showLine(line, item) {
  const input = item.querySelector("input");
  if (input) input.value = String(line.qty);
  item.querySelector("[data-price]")?.replaceChildren(`${formatMoney(line.price)} each`);
  item.querySelector("[data-total]")?.replaceChildren(formatMoney(toCents(line.price * line.qty)));
  return item;
}
