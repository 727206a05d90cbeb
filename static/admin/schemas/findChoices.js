/**
 * Shows the search of a list of choices, and hides what does not match; what is ticked stays in sight.
 *
 * @param {Element} section
 */
export function findChoices(section) {
  const search = section.querySelector("[data-choice-search]");
  const input = search?.querySelector("input");
  const status = search?.querySelector("[role=status]");
  if (!search || !input || !status) return;
  search.removeAttribute("hidden");
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let found = 0;
    for (const item of section.querySelectorAll("[data-choice]")) {
      const isHit = (item.getAttribute("data-choice") ?? "").includes(wanted);
      const isTicked = item.querySelector("input:checked") !== null;
      if (isHit) found += 1;
      item.toggleAttribute("hidden", !isHit && !isTicked);
    }
    for (const details of section.querySelectorAll("details")) {
      if (wanted) details.open = details.querySelector("[data-choice]:not([hidden])") !== null;
    }
    status.textContent = wanted ? `${found} found` : "";
  });
  // Enter would send the form.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
