/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ pattern, replay }, trigger, { on }) => {
  const wanted = RegExp(pattern);
  on("@data", ({ event, facts, old, isPast }) => {
    if (wanted.test(event) && !(isPast && replay === "none")) trigger({ facts: { ...facts, event }, old });
  });
};
