/** @import {Page, Platform} from '../types.js' */
import { filterUrl } from "./filterUrl.js";
import { parseUrl } from "./parseUrl.js";

/**
 * The route that the page shows. It changes when the URL really does, whoever changed it and however: announced, or
 * noticed at the next look. `leave` is said while the old URL still counts, `route` when the new one does.
 *
 * @param {{platform: Platform, keepUrlParams: string[] | null, emit: (type: string, detail?: any) => void}} needs
 * @returns {{page: Page, look: () => void}}
 */
export const createPage = ({ platform, keepUrlParams, emit }) => {
  let current = platform.url();
  /** @type {string | undefined} */
  let previous;
  let isLooking = false;

  const look = () => {
    const next = platform.url();
    // Whoever hears of it may ask for the URL.
    if (isLooking || next === current) return;
    isLooking = true;
    emit("leave");
    previous = current;
    current = next;
    isLooking = false;
    emit("route");
  };

  const kept = (/** @type {string} */ url) => filterUrl(url, keepUrlParams);
  const location = () => (look(), parseUrl(current, current));

  return {
    look,
    page: {
      location,
      url: () => (look(), kept(current)),
      path: () => location()?.pathname || "",
      title: platform.title,
      referrer: () => kept(platform.referrer()),
      previous: () => (look(), previous && kept(previous)),
    },
  };
};
