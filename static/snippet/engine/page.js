/** @import {Core, Page} from '../types.js' */
import { filterUrl } from "./filterUrl.js";
import { parseUrl } from "./parseUrl.js";

/**
 * The route that the page shows. It changes when the URL really does, whoever changed it and however: announced, or
 * noticed at the next look. `leave` is said while the old URL still counts, `route` when the new one does.
 *
 * @param {Pick<Core, "container" | "platform" | "emit">} core
 * @returns {Page}
 */
export const createPage = ({ container, platform, emit }) => {
  const { document, root } = platform;
  let current = root.location.href;
  /** @type {string | undefined} */
  let previous;
  let isLeaving = false;

  const location = () => {
    const next = root.location.href;
    // Who hears of it may ask for the URL.
    if (next !== current && !isLeaving) {
      isLeaving = true;
      emit("leave");
      isLeaving = false;
      previous = current;
      current = next;
      emit("route");
    }
    return /** @type {URL} */ (parseUrl(current));
  };

  const kept = (/** @type {string} */ url) => filterUrl(url, container.privacy.keepUrlParams);

  return {
    location,
    url: () => kept(location().href),
    path: () => location().pathname,
    title: () => document.title,
    referrer: () => kept(document.referrer),
    previous: () => location() && previous && kept(previous),
  };
};
