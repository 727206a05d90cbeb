/**
 * Asks before a page with something unsaved is left.
 *
 * @param {Document} root
 */
export function keepUnsaved(root) {
  let changed = root.getElementById("refused") !== null;
  root.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "search") return;
    changed = true;
    const note = root.getElementById("save-note");
    if (note) note.textContent = "Not saved yet.";
    root.getElementById("saved")?.remove();
  });
  root.addEventListener("redrawn", () => (changed = true));
  root.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) changed = false;
  });
  addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}
