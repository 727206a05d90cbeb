/** @import {Core, Page} from '../types.js' */
import { parseUrl } from "./parseUrl.js";

/**
 * The route that the page shows. It changes when the URL really does, whoever changed it and however: announced, or
 * noticed at the next look. `leave` is said while the old URL still counts, `route` when the new one does.
 *
 * @param {Core} core needs `container`, `platform`, `emit` and `tools`
 * @returns {Page}
 */
export const createPage = (core) => {
  const { container, platform, emit } = core;
  const { keepUrlParams } = container.privacy;
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
      emit("@leave");
      isLeaving = false;
      previous = current;
      current = next;
      emit("@route");
    }
    return /** @type {URL} */ (parseUrl(current));
  };

  const kept = (/** @type {string} */ url) => keepUrlParams ? /** @type {any} */ (core.tools.filterUrl)(url, keepUrlParams) : url;

  return {
    location,
    url: () => kept(location().href),
    path: () => location().pathname,
    title: () => document.title,
    referrer: () => kept(document.referrer),
    previous: () => location() && previous && kept(previous),
  };
};
