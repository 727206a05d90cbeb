const SHOWN_MS = 1600;

/**
 * Lets each [data-copy] button copy the code beside it. Where the clipboard is closed to scripts (plain http) the code
 * is selected instead, so that a key press copies it.
 *
 * @param {ParentNode} root
 */
export function enableCopyButtons(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    const code = button.parentElement?.querySelector("code");
    const label = button.querySelector("span");
    if (!code || !label) continue;
    button.removeAttribute("hidden");
    button.addEventListener("click", async () => {
      label.textContent = await copy(code);
      setTimeout(() => (label.textContent = "Copy"), SHOWN_MS);
    });
  }
}

/**
 * @param {HTMLElement} code
 * @returns {Promise<string>} What to say about it.
 */
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    return "Copied";
  } catch {
    getSelection()?.selectAllChildren(code);
    return "Press Ctrl C";
  }
}
