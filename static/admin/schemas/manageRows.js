/**
 * Adds and removes rows of own fields in place. Without this script the form's buttons do it by way of the server.
 *
 * @param {HTMLFormElement} form
 * @param {() => void} onChange
 */
export function manageRows(form, onChange) {
  const rows = form.querySelector("[data-rows]");
  const template = form.querySelector("template[data-row-template]");
  const add = form.querySelector("[data-add-row]");
  if (!rows || !(template instanceof HTMLTemplateElement) || !(add instanceof HTMLElement)) return;
  add.addEventListener("click", (event) => {
    event.preventDefault();
    const row = freshRow(template, nextIndex(rows));
    if (!row) return;
    rows.append(row);
    row.querySelector("input")?.focus();
  });
  rows.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-remove-row]") : null;
    if (!button) return;
    event.preventDefault();
    const row = button.closest("[data-row]");
    const beside = row?.nextElementSibling ?? row?.previousElementSibling;
    row?.remove();
    (beside?.querySelector("input") ?? add).focus();
    onChange();
  });
}

/** @param {Element} rows */
function nextIndex(rows) {
  const numbers = [...rows.querySelectorAll("input[name$=-path]")].map((input) =>
    Number(/^field-(\d+)-path$/.exec(input.getAttribute("name") ?? "")?.[1] ?? -1),
  );
  return Math.max(-1, ...numbers) + 1;
}

/**
 * @param {HTMLTemplateElement} template Its parts carry the number that its own attribute says, where a row has another.
 * @param {number} index
 */
function freshRow(template, index) {
  const row = template.content.firstElementChild?.cloneNode(true);
  if (!(row instanceof Element)) return null;
  const blank = new RegExp(`^(field|remove)-${template.dataset.rowTemplate}(-|$)`);
  for (const part of row.querySelectorAll("[id], [name], [for], [value]")) {
    for (const name of ["id", "name", "for", "value"]) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replace(blank, `$1-${index}$2`));
    }
  }
  return row;
}
