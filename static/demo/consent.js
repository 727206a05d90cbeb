import { read, write } from "./storage.js";

/** The banner that asks once, remembers, and can be opened again; and the tag, told on every page. */
export function startConsent() {
  const banner = document.querySelector("[data-consent]");
  const choice = read("local", "consent");
  if (choice === "granted" || choice === "denied") tell(choice);
  else banner?.removeAttribute("hidden");
  for (const button of document.querySelectorAll("[data-consent-choice]")) {
    button.addEventListener("click", () => choose(button.getAttribute("data-consent-choice") ?? "denied"));
  }
  document.querySelector("[data-consent-open]")?.addEventListener("click", () => {
    banner?.removeAttribute("hidden");
    banner?.querySelector("button")?.focus();
  });

  /** @param {string} chosen */
  function choose(chosen) {
    write("local", "consent", chosen);
    tell(chosen);
    banner?.setAttribute("hidden", "");
  }
}

/**
 * The tag may not have arrived yet: what it should hear waits in a queue, which it empties when it comes.
 * @param {string} collect
 */
function tell(collect) {
  const page = /** @type {any} */ (window);
  page.heliograph ||= Object.assign(queueCall, { q: [] });
  void page.heliograph("consent", { collect });

  /** @param {...unknown} call */
  function queueCall(...call) {
    const answer = new Promise((resolve, reject) => page.heliograph.q.push([resolve, reject, call]));
    // Nobody here waits for the answer, so a refusal is no error of the page.
    answer.catch(() => {});
    return answer;
  }
}
