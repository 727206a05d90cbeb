const TYPING_MS = 250;

/**
 * Tells of every change of the filter's form, as its query; the address of the page follows.
 *
 * @param {HTMLFormElement} form
 * @param {(query: string) => void} onChange
 */
export function watchFilter(form, onChange) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let former = filterQuery(form);

  function apply() {
    clearTimeout(timer);
    const query = filterQuery(form);
    if (query === former) return;
    former = query;
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
    onChange(query);
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, TYPING_MS);
  });
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
}

/**
 * What the form says, without its empty fields.
 *
 * @param {HTMLFormElement} form
 */
export function filterQuery(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim()) query.set(name, value.trim());
  }
  return query.toString();
}
