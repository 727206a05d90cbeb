import { element } from "../element.js";
import { fetchFound } from "./fetchFound.js";
import { moveInList } from "./moveInList.js";

// While somebody types, each letter would be a request.
const PAUSE_MS = 120;

/**
 * Ctrl+K or ⌘K, and the link of the rail, open a box over the page that finds what the page `Find` finds.
 *
 * @param {Document} document
 */
export function openFinder(document) {
  const link = document.querySelector("a.find-button");
  if (!(link instanceof HTMLAnchorElement)) return;

  const input = /** @type {HTMLInputElement} */ (
    element("input", { type: "search", "aria-label": "What to find", placeholder: "A page, a rule, a schema …", maxlength: "200", autocomplete: "off", spellcheck: "false" })
  );
  const results = element("div", { class: "find-results" });
  const told = element("p", { class: "find-told", role: "status" });
  const box = /** @type {HTMLDialogElement} */ (element("dialog", { class: "find-box", "aria-label": "Find" }, input, results, told));
  document.body.append(box);

  let asked = 0;
  const show = async () => {
    const turn = (asked += 1);
    const found = await fetchFound(link.href, input.value);
    // An answer that came late is to another question.
    if (turn !== asked) return;
    results.replaceChildren(...(found?.children ?? []));
    const count = results.querySelectorAll("a").length;
    told.textContent = found ? `${count} found. Arrow keys choose, Enter opens.` : "Nothing can be looked up now: the server cannot be reached, or the session has ended.";
  };

  /** @type {number | undefined} */
  let pause;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(show, PAUSE_MS);
  });
  box.addEventListener("keydown", (event) => {
    moveInList(event, input, results);
    // At once: a search field would only empty itself.
    if (event.key === "Escape") box.close();
  });
  // A click beside the box, which the browser says of the dialog itself.
  box.addEventListener("click", (event) => event.target === box && box.close());

  const open = () => {
    if (box.open) return;
    input.value = "";
    box.showModal();
    input.focus();
    void show();
  };
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
}
