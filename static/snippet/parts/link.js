/** @import {Part} from '../types.js' */
import { parseUrl } from "../engine/parseUrl.js";
import { pathOf } from "../engine/pathOf.js";

/** What is known of the link that an event happened in. @type {Part} */
export default ({ page }) => ({
  link: (event) => {
    const element = /** @type {any} */ (pathOf(event).find((one) => one.matches("a[href],area[href]")));
    const here = page.location();
    // Links in SVG keep their address in an object.
    const url = element && parseUrl(element.href.baseVal || element.href, here.href);
    if (!url) return undefined;
    const { button, ctrlKey, metaKey, shiftKey } = /** @type {MouseEvent} */ (event);
    const leaves =
      !(button || ctrlKey || metaKey || shiftKey || element.matches("[download]")) &&
      /^(_self|_top|_parent)?$/i.test(element.getAttribute("target") || "") &&
      /^http/.test(url.protocol) &&
      url.href.split("#")[0] !== here.href.split("#")[0];
    return { element, url, leaves };
  },
});
