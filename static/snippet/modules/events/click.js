/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ target, match, gesture = "click" }, trigger, tools) =>
  tools.on(gesture, (event) => {
    const found = tools.match(event, target, match === "exact");
    if (!found) return;
    const link = tools.link(event);
    const { button, ctrlKey: ctrl, metaKey: meta, shiftKey: shift, altKey: alt } = event;
    const facts = { targetIndex: found.index, button, ctrl, meta, shift, alt };
    trigger({ facts, element: found.element, unloading: link && link.leaves });
  });
