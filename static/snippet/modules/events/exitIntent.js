/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ after = 3000 }, trigger, tools) => {
  let since = tools.now();
  let isTold = false;
  tools.on("@route", () => {
    since = tools.now();
    isTold = false;
  });
  tools.on("mouseout", ({ relatedTarget, clientY }) => {
    const ms = tools.now() - since;
    if (isTold || relatedTarget || clientY > 0 || ms < after) return;
    isTold = true;
    trigger({ facts: { seconds: Math.round(ms / 1000) } });
  });
};
