/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ to = "hidden" }, trigger, tools) => {
  let since = tools.now();
  tools.on("visibilitychange", () => {
    const seconds = Math.round((tools.now() - since) / 1000);
    since = tools.now();
    if (tools.document.visibilityState === to) trigger({ facts: { seconds }, unloading: to === "hidden" });
  });
};
