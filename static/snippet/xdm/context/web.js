/** @import {Core} from '../../types.js' */

/** @param {Pick<Core, "page">} core */
export const web = ({ page }) => ({
  web: { webPageDetails: { URL: page.url() }, webReferrer: { URL: page.referrer() } },
});
