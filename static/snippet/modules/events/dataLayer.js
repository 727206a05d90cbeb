/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ event: wanted, replay }, trigger, { on }) =>
  on("@data", ({ event, facts, old, isPast }) => {
    if (event === wanted && !(isPast && replay === "none")) trigger({ facts, old });
  });
