/** @import {Core, Page} from '../types.js' */
import { parseUrl } from "./parseUrl.js";

/**
 * The route that the page shows. It changes when the URL really does, whoever changed it and however: announced, or
 * noticed at the next look. `leave` is said while the old URL still counts, `route` when the new one does. What a router
 * makes of the URL before the page is ready (a hash, say) belongs to the load.
 *
 * @param {Core} core needs `container`, `platform`, `on`, `emit` and `tools`
 * @returns {Page}
 */
export const createPage = (core) => {
  const { container, platform, emit } = core;
  const { keepUrlParams } = container.privacy;
  const { document, root } = platform;
  let current = root.location.href;
  /** @type {string | undefined} */
  let previous;
  /** Until the page is ready, and while its route is being left. */
  let isFixed = true;

  const location = () => {
    const next = root.location.href;
    // Who hears of it may ask for the URL.
    if (next !== current && !isFixed) {
      isFixed = true;
      emit("@leave");
      isFixed = false;
      previous = current;
      current = next;
      emit("@route");
    }
    return /** @type {URL} */ (parseUrl(current));
  };

  core.on("@dom-ready", () => {
    current = root.location.href;
    isFixed = false;
  });

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
