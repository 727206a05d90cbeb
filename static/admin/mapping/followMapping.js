import { showPreview } from "./showPreview.js";

const PAUSE_MS = 350;

/**
 * Asks the server what the form's lines make of its example, whenever somebody pauses while writing.
 *
 * @param {HTMLFormElement} form
 */
export function followMapping(form) {
  const address = form.dataset.preview ?? "";
  let timer = 0;
  let asked = 0;

  async function ask() {
    const turn = ++asked;
    const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
    try {
      const answer = await fetch(address, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { accept: "application/json" },
      });
      // An answer that is late says what was true of an earlier text.
      if (answer.ok && turn === asked) showPreview(form, await answer.json());
    } catch {
      // Away for a moment: the next change asks again, and the button does without scripts.
    }
  }

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  }

  form.addEventListener("input", askSoon);
  // What was written before this was there, or what a browser has put back.
  if ([...form.querySelectorAll("input, textarea")].some(isChanged)) askSoon();
}

/** @param {Element} field */
function isChanged(field) {
  const is = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  return is && field.value !== field.defaultValue;
}
