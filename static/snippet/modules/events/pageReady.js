/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ when = "dom-ready" }, trigger, { on, page }) =>
  on("@" + when, () => {
    const facts = { url: page.url(), path: page.path(), title: page.title(), referrer: page.referrer() };
    trigger({ facts });
  });
