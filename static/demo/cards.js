import * as cart from "./cart.js";
import { push } from "./dataLayer.js";
import { formatMoney, toCents } from "./money.js";
import { key } from "./storage.js";

const TOAST_MS = 4000;
const ADDED_MS = 1600;

/** Product cards and the product page: quantities, the add-to-cart buttons, and the number in the header. */
export function startCards() {
  for (const input of document.querySelectorAll("[data-sku] input[name=qty]")) followQuantity(input);
  document.addEventListener("input", ({ target }) => followQuantity(target));
  document.addEventListener("click", addClicked);
  document.addEventListener("cart:changed", () => {
    showCount();
    push({ event: "cartChanged", cart: cart.described(cart.lines()) });
  });
  // Another tab changed it.
  addEventListener("storage", (event) => {
    if (event.key === key("cart")) showCount();
  });
  showCount();
}

/**
 * Keeps the card's data-total at price × quantity.
 * @param {EventTarget | null} target
 */
function followQuantity(target) {
  if (!(target instanceof HTMLInputElement) || target.name !== "qty") return;
  const card = target.closest("[data-sku]");
  if (card instanceof HTMLElement) {
    card.dataset.total = toCents(Number(card.dataset.price) * cart.quantity(target.value)).toFixed(2);
  }
}

/** @param {MouseEvent} event */
function addClicked({ target }) {
  const button = target instanceof Element && target.closest("[data-testid=add-to-cart]");
  const card = button && button.closest("[data-sku]");
  if (!(button instanceof HTMLButtonElement) || !(card instanceof HTMLElement)) return;
  const input = card.querySelector("input[name=qty]");
  if (button.disabled || !(input instanceof HTMLInputElement)) return;
  const line = lineOf(card, input);
  cart.add(line);
  // The next visitor to this card begins with one again; whoever reads the card later than the click, reads that.
  input.value = "1";
  followQuantity(input);
  showAdded(button, line);
}

/**
 * @param {HTMLElement} card
 * @param {HTMLInputElement} input
 */
function lineOf(card, input) {
  const { sku = "", name = "", category = "", price = "0" } = card.dataset;
  return {
    sku,
    name,
    category,
    price: Number(price),
    qty: cart.quantity(input.value),
    url: card.querySelector(".title a")?.getAttribute("href") ?? location.pathname,
    image: card.querySelector("img")?.getAttribute("src") ?? "",
  };
}

function showCount() {
  const count = document.querySelector("[data-cart-count]");
  const pieces = cart.lines().reduce((sum, { qty }) => sum + qty, 0);
  if (!count) return;
  count.textContent = String(pieces);
  count.classList.toggle("is-empty", pieces === 0);
}

/**
 * @param {HTMLButtonElement} button
 * @param {{name: string, qty: number, price: number}} line
 */
function showAdded(button, { name, qty, price }) {
  const label = button.querySelector("[data-label]");
  if (label) {
    label.textContent = "Added";
    button.classList.add("is-added");
    setTimeout(() => {
      label.textContent = "Add to cart";
      button.classList.remove("is-added");
    }, ADDED_MS);
  }
  const toast = document.querySelector("[data-toast]");
  if (!(toast instanceof HTMLElement)) return;
  toast.textContent = `${qty} × ${name} in the cart, ${formatMoney(toCents(price * qty))}`;
  toast.classList.add("is-shown");
  clearTimeout(Number(toast.dataset.timer));
  toast.dataset.timer = String(setTimeout(() => toast.classList.remove("is-shown"), TOAST_MS));
}
