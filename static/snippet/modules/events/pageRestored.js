/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default (_settings, trigger, { on, page }) =>
  on("pageshow", ({ persisted }) => {
    if (persisted) trigger({ facts: { url: page.url(), path: page.path(), title: page.title(), referrer: page.referrer() } });
  });
