/**
 * Shows the fields of a tree whose path, title or namespace has a text, with what they are in; all for no text.
 *
 * @param {ParentNode} tree Its lists are `ul.fields`; what an item can be found by is its `data-find`.
 * @param {string} text
 * @returns {number} How many have it.
 */
export function findFields(tree, text) {
  const wanted = text.trim().toLowerCase();
  let found = 0;
  /** @type {(list: Element, isWithin: boolean) => boolean} */
  const show = (list, isWithin) => {
    let any = false;
    for (const item of list.children) {
      const isHit = wanted !== "" && (item.getAttribute("data-find") ?? "").includes(wanted);
      if (isHit) found += 1;
      const inner = item.querySelector(":scope > details > ul.fields");
      const hasHit = inner ? show(inner, isWithin || isHit) : false;
      const details = item.querySelector(":scope > details");
      if (details instanceof HTMLDetailsElement && wanted !== "" && hasHit) details.open = true;
      const isShown = wanted === "" || isHit || hasHit || isWithin;
      item.toggleAttribute("hidden", !isShown);
      item.toggleAttribute("data-hit", isHit);
      any ||= isHit || hasHit;
    }
    return any;
  };
  for (const list of tree.querySelectorAll(":scope > ul.fields")) show(list, false);
  return found;
}
