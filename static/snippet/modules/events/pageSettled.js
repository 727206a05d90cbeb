/** @import {EventModule} from '../../types.js' */
import { settle } from "../../engine/settle.js";

/** @type {EventModule} */
export default ({ max = 800 }, trigger, tools) => {
  const { on, now, page } = tools;
  on("@dom-ready", () => {
    const since = now();
    /** @type {(unloading?: boolean) => void} */
    let finish = (unloading) => {
      finish = () => {};
      stopLooking();
      const facts = { url: page.url(), path: page.path(), title: page.title(), referrer: page.referrer(), durationMs: now() - since };
      trigger({ facts, unloading });
    };
    // A heading that is there already will do.
    const stopLooking = settle(tools, max, () => finish(), "");
    // A route that begins, or a page that goes away, settles what it was doing first: nothing is lost.
    on("@leave", () => finish());
    on("@hide", () => finish(true));
  });
};
