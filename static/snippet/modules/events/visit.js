/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ what = "new-session" }, trigger, { on, page, visit }) =>
  on("@dom-ready", () => {
    const { isNew, sessions } = visit();
    if (!isNew || (what === "first-visit" && sessions > 1)) return;
    trigger({ facts: { sessions, url: page.url(), path: page.path(), title: page.title(), referrer: page.referrer() } });
  });
