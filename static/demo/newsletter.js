import { push } from "./dataLayer.js";

/** The form in the footer: says thank you where it is, instead of going to another page. The address is not kept. */
export function startNewsletter() {
  const form = document.querySelector("form#newsletter");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    push({ event: "newsletterSignedUp", newsletter: { name: "post-from-the-ridge" } });
    document.querySelector("[data-newsletter-thanks]")?.replaceChildren("You are on the list. The next letter goes up with the swallows.");
    if (form instanceof HTMLFormElement) form.reset();
  });
}
