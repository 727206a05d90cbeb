/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ target }, trigger, tools) =>
  tools.on("copy", (event) => {
    const found = tools.match(event, target, false);
    // How much, and never what: that may be anything.
    if (found) trigger({ facts: { characters: String(tools.root.getSelection()).length }, element: found.element });
  });
