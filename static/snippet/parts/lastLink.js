// needs: parts/link
/** @import {Part} from '../types.js' */
import { describeLink } from "../engine/describeLink.js";

/** The link that was clicked last, on this page or the one before. @type {Part} */
export default (core) => {
  const { on, page, storage } = core;
  const { keepUrlParams } = core.container.privacy;
  on("click", (event) => {
    const link = core.tools.link(event);
    if (!link) return;
    const { href } = link.url;
    const url = keepUrlParams ? core.tools.filterUrl?.(href, keepUrlParams) : href;
    storage.set("link", { ...describeLink(link.element, core.tools), url, pageUrl: page.url(), pageTitle: page.title() });
  });
  return { lastLink: () => storage.get("link") || {} };
};
