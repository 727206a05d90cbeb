/**
 * Typing goes on in what was just added; else where the button was that was pressed.
 *
 * @param {Document} root
 * @param {string} name Of the new part in the form, such as `actions/0/xdm/3`; may be empty.
 * @param {string} action What the button said.
 */
export function focusOn(root, name, action) {
  const added = name && (action.startsWith("add:") || action.startsWith("group:") || action.startsWith("map:"));
  const within = added ? [...root.querySelectorAll(`[name^="${CSS.escape(name)}/"]`)] : [];
  // A row that came out of the tree has its path: what is asked for is where its value comes from.
  const field =
    within.find((each) => action.startsWith("map:") && isSeen(each) && (each.getAttribute("name") ?? "").endsWith("/kind")) ??
    within.find(isSeen) ??
    root.querySelector(`button[name="do"][value="${CSS.escape(action)}"]`);
  if (!(field instanceof HTMLElement)) return;
  field.focus({ preventScroll: true });
  field.scrollIntoView({ block: "nearest" });
}

/** @param {Element} element */
function isSeen(element) {
  return element instanceof HTMLElement && element.checkVisibility() && !(element instanceof HTMLInputElement && element.type === "hidden");
}
