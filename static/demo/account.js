import { push } from "./dataLayer.js";
import { read, write } from "./storage.js";

/** @import {Customer} from './types.js' */

/** @returns {Customer | undefined} who is logged in */
export function customer() {
  const kept = /** @type {any} */ (read("local", "customer"));
  return typeof kept?.id === "string" && typeof kept.email === "string" ? kept : undefined;
}

/**
 * The shop's customer number for an address: the same each time, and nothing that can be read back (FNV-1a, 32 bits).
 * @param {string} email
 */
export function customerNumber(email) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(email.trim().toLowerCase())) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return `C-${hash.toString(16).toUpperCase().padStart(8, "0")}`;
}

/** The account page, where there is one, and the mark at the account's icon. */
export function startAccount() {
  show();
  const form = document.querySelector("form#login");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form instanceof HTMLFormElement) logIn(String(new FormData(form).get("email")).trim());
  });
  document.querySelector("[data-logout]")?.addEventListener("click", logOut);
}

/** @param {string} email */
function logIn(email) {
  const id = customerNumber(email);
  write("local", "customer", { id, email });
  push({ event: "loggedIn", customer: { id, loginState: "authenticated" } });
  show();
  document.querySelector("main")?.focus();
}

function logOut() {
  write("local", "customer", undefined);
  push({ event: "loggedOut", customer: null });
  show();
}

function show() {
  const known = customer();
  for (const part of document.querySelectorAll("[data-logged-in]")) part.toggleAttribute("hidden", !known);
  for (const part of document.querySelectorAll("[data-logged-out]")) part.toggleAttribute("hidden", Boolean(known));
  document.querySelector("[data-customer-email]")?.replaceChildren(known?.email ?? "");
  document.querySelector("[data-customer-id]")?.replaceChildren(known?.id ?? "");
  document.querySelector("[data-account-link]")?.classList.toggle("is-known", Boolean(known));
}
