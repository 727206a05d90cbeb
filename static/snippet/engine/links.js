/** @import {Elements, Page, Tools} from '../types.js' */
import { cleanText } from "./cleanText.js";
import { eventPath } from "./eventPath.js";
import { parseUrl } from "./parseUrl.js";

/** Of a link's text, what reports still show. */
const MAX_NAME_CHARACTERS = 200;

/**
 * What is known of the link that an event happened in.
 *
 * @param {{elements: Elements, page: Page}} needs
 * @returns {{link: Tools["link"], leaves: Tools["leaves"]}}
 */
export const createLinks = ({ elements, page }) => {
  const find = (/** @type {Event} */ event) => eventPath(event).find((one) => /^(a|area)$/i.test(one.tagName) && one.getAttribute("href") !== null);

  /** Where it leads; links in SVG keep their address in an object. @type {(element: any) => URL | undefined} */
  const urlOf = (element) => {
    const href = element.href;
    return parseUrl(String(href && href.baseVal !== undefined ? href.baseVal : href), page.location()?.href || "");
  };

  return {
    link: (event) => {
      const element = find(event);
      return element && { element, url: urlOf(element), text: cleanText(elements.text(element) || "").slice(0, MAX_NAME_CHARACTERS) };
    },
    leaves: (event) => {
      const { button, ctrlKey, metaKey, shiftKey } = /** @type {MouseEvent} */ (event);
      const element = find(event);
      const url = element && urlOf(element);
      const here = page.location();
      return (
        !!element && !!url && !!here && !button && !ctrlKey && !metaKey && !shiftKey &&
        /^https?:$/.test(url.protocol) &&
        /^(_self|_top|_parent)?$/i.test(element.getAttribute("target") || "") &&
        element.getAttribute("download") === null &&
        url.href.split("#")[0] !== here.href.split("#")[0]
      );
    },
  };
};
