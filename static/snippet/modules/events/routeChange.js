/** @import {EventModule} from '../../types.js' */
import { settle as untilSettled } from "../../engine/settle.js";

/** @type {EventModule} */
export default ({ settle = {} }, trigger, tools) => {
  const { until, max = 800 } = settle;
  const { on, now, page } = tools;
  /** Ends the settling of the current route. @type {(unloading?: boolean) => void} */
  let finish = () => {};

  // A route that changes again, or a page that goes away, settles what it was doing first: nothing is lost.
  on("@hide", () => finish(true));
  on("@leave", () => finish());

  on("@route", () => {
    const since = now();
    const oldUrl = /** @type {string} */ (page.previous());
    const { pathname: oldPath } = /** @type {URL} */ (tools.parseUrl(oldUrl));
    /** @type {typeof finish} */
    const end = (finish = (unloading) => {
      finish = () => {};
      stopLooking();
      trigger({ facts: { url: page.url(), path: page.path(), title: page.title(), oldUrl, oldPath, durationMs: now() - since }, unloading });
    });
    const stopLooking = untilSettled(tools, max, () => finish === end && end());
    if (until === "none") end();
  });
};
