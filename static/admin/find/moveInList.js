/**
 * Arrow keys go from a field through the links below it and back; Enter in the field opens the first.
 *
 * @param {KeyboardEvent} event
 * @param {HTMLInputElement} input
 * @param {ParentNode} list
 */
export function moveInList(event, input, list) {
  const stops = [input, ...list.querySelectorAll("a")];
  const at = stops.findIndex((stop) => stop === event.target);
  if (event.isComposing || at < 0) return;
  if (event.key === "Enter" && at === 0) stops[1]?.click();
  else if (event.key === "ArrowDown") stops[(at + 1) % stops.length]?.focus();
  else if (event.key === "ArrowUp") stops[(at - 1 + stops.length) % stops.length]?.focus();
  else return;
  event.preventDefault();
}
