import { findFields } from "../schemas/findFields.js";

/**
 * Lets the fields of a tree be found, and put into a line: the one that somebody was in last, else the first that has
 * none.
 *
 * @param {HTMLFormElement} form
 */
export function pickFields(form) {
  const tree = form.querySelector("[data-fields]");
  const search = form.querySelector("[data-find-fields]");
  const input = search?.querySelector("input");
  if (!tree || !search || !input) return;
  /** @type {Element | null} */
  let last = null;
  form.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLInputElement && target.name === "destination") last = target;
  });
  search.removeAttribute("hidden");
  input.addEventListener("input", (event) => {
    // What is looked for is no part of the mapping.
    event.stopPropagation();
    const found = findFields(tree, input.value);
    const status = search.querySelector("[role=status]");
    if (status) status.textContent = input.value.trim() ? `${found} found` : "";
  });
  // Enter would send the form.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  for (const button of tree.querySelectorAll("[data-pick]")) {
    button.removeAttribute("hidden");
    button.addEventListener("click", () => {
      const inputs = [...form.querySelectorAll("input[name=destination]")];
      const line = last ?? inputs.find((each) => each instanceof HTMLInputElement && !each.value);
      if (!(line instanceof HTMLInputElement)) return;
      line.value = button.getAttribute("data-pick") ?? "";
      line.dispatchEvent(new Event("input", { bubbles: true }));
      line.focus();
    });
  }
}
