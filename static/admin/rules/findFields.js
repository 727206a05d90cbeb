/**
 * The tree of fields shows only what has the words that are typed, as they are typed.
 *
 * @param {Document} root
 */
export function findFields(root) {
  root.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.id === "tree-find") show(root, event.target.value);
  });
  root.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.id !== "tree-find" || event.key !== "Enter") return;
    event.preventDefault();
    root.querySelector(".xdm-leaf:not([hidden]) button")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  });
  root.addEventListener("redrawn", () => {
    const field = root.getElementById("tree-find");
    if (field instanceof HTMLInputElement && field.value) show(root, field.value);
  });
}

/**
 * @param {Document} root
 * @param {string} typed
 */
function show(root, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const leaf of root.querySelectorAll(".xdm-leaf")) {
    const path = leaf.querySelector("button")?.value ?? "";
    const text = `${path} ${leaf.textContent ?? ""}`.toLowerCase();
    const fits = words.every((word) => text.includes(word));
    leaf.toggleAttribute("hidden", !fits);
    found += fits ? 1 : 0;
  }
  for (const part of root.querySelectorAll(".xdm details")) {
    const fits = part.querySelector(".xdm-leaf:not([hidden])") !== null;
    part.parentElement?.toggleAttribute("hidden", !fits);
    part.toggleAttribute("open", fits && words.length > 0);
  }
  root.getElementById("tree-none")?.toggleAttribute("hidden", found > 0);
}
