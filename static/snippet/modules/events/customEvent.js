/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ event: type, target }, trigger, tools) =>
  tools.on(type, (event) => {
    const found = tools.match(event, target, false);
    if (found) trigger({ facts: { detail: tools.plain(event.detail) }, element: found.element });
  });
