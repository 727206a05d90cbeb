import { customer } from "./account.js";
import * as cart from "./cart.js";
import { push } from "./dataLayer.js";
import { readPageData } from "./page.js";
import { write } from "./storage.js";
import { showOrderLines, showSums, showWhetherEmpty } from "./summary.js";

/** Characters of an order number that can be read out over the telephone: no 0, O, 1, I. */
const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const ORDER_NUMBER_CHARACTERS = 8;

const { terms } = readPageData();
const form = document.querySelector("form#checkout");

show();
document.addEventListener("cart:changed", show);
if (cart.lines().length > 0) push({ event: "checkoutStarted" });

if (form instanceof HTMLFormElement) {
  const email = form.elements.namedItem("email");
  if (email instanceof HTMLInputElement && !email.value) email.value = customer()?.email ?? "";
  form.addEventListener("submit", (event) => {
    const lines = cart.lines();
    if (lines.length === 0) {
      event.preventDefault();
      return;
    }
    // The thank-you page, which the form leads to, finds the order here.
    write("session", "order", {
      id: newOrderNumber(),
      email: String(new FormData(form).get("email")).trim(),
      lines,
      sums: cart.sums(lines, terms),
    });
    // The page that is going away stays as it is.
    document.removeEventListener("cart:changed", show);
    cart.clear();
  });
}

function show() {
  const lines = cart.lines();
  showWhetherEmpty(lines);
  showOrderLines(lines);
  showSums(cart.sums(lines, terms));
}

function newOrderNumber() {
  const random = crypto.getRandomValues(new Uint8Array(ORDER_NUMBER_CHARACTERS));
  return `RM-${Array.from(random, (byte) => ALPHABET[byte % ALPHABET.length]).join("")}`;
}
