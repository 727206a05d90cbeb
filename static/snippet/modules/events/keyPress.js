/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ keys, target }, trigger, tools) =>
  tools.on("keydown", (event) => {
    const { ctrlKey, altKey, metaKey, shiftKey, key, repeat } = event;
    // Some scripts make such events without a key.
    if (repeat || !key) return;
    const pressed = [ctrlKey && "Ctrl", altKey && "Alt", metaKey && "Meta", shiftKey && "Shift", key === " " ? "Space" : key]
      .filter(Boolean)
      .join("+")
      .toLowerCase();
    const wanted = keys.find((/** @type {string} */ one) => one.toLowerCase() === pressed);
    const found = wanted && tools.match(event, target, false);
    if (found) trigger({ facts: { key: wanted }, element: found.element });
  });
