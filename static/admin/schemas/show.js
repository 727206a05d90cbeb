/** A schema's page: the tree is searched as one types. What the server found stays found without this script. */
import { findFields } from "./findFields.js";

const form = document.querySelector("[data-field-search]");
const tree = document.querySelector("[data-fields]");
const input = form?.querySelector("input");
const status = form?.querySelector("[data-found]");

// A tree that the server has searched lacks the rest: then Enter searches again.
if (input && status && tree && !new URLSearchParams(location.search).get("q")) {
  const find = () => {
    const found = findFields(tree, input.value);
    status.textContent = input.value.trim() ? `${found} field${found === 1 ? "" : "s"}` : "";
  };
  input.addEventListener("input", find);
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    find();
  });
}
