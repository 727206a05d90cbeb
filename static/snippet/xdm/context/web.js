/** @import {Page} from '../../types.js' */

/** @param {{page: Page}} needs */
export const web = ({ page }) => ({
  web: { webPageDetails: { URL: page.url() }, webReferrer: { URL: page.referrer() } },
});
