import { element } from "../element.js";

/**
 * Writes a preview into the form's page, where the server would have.
 *
 * @param {HTMLFormElement} form
 * @param {{ rows: { value: string, fault: string }[], xdm: string, verdict: string, notes: string[][], sample_fault: string, paths: string[] }} preview
 */
export function showPreview(form, preview) {
  form.querySelectorAll("[data-row]").forEach((row, index) => {
    const { value, fault } = preview.rows[index] ?? { value: "", fault: "" };
    write(row.querySelector("[data-value]"), value);
    write(row.querySelector("[data-fault] span"), fault);
    for (const input of row.querySelectorAll("input")) {
      if (fault) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  });
  write(form.querySelector("#sample-fault span"), preview.sample_fault);
  write(form.querySelector("[data-verdict]"), preview.verdict);
  const notes = preview.notes.map(([path, text]) =>
    element("li", {}, ...(path ? [element("bdi", { class: "path" }, path), " "] : []), element("bdi", {}, text ?? "")),
  );
  form.querySelector("[data-notes]")?.replaceChildren(...notes);
  const xdm = form.querySelector("[data-xdm]");
  write(xdm, preview.xdm);
  xdm?.toggleAttribute("hidden", !preview.xdm);
  form.querySelector("#paths")?.replaceChildren(...preview.paths.map((path) => element("option", { value: path })));
}

/**
 * What did not change is left alone: a screen reader says what did.
 *
 * @param {Element | null} place
 * @param {string} text
 */
function write(place, text) {
  if (place && place.textContent !== text) place.textContent = text;
}
