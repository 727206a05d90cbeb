/** @import {EventModule} from '../../types.js' */

/** What Adobe's SDK takes for downloads. */
const EXTENSIONS = "exe zip wav mp3 mov mpg avi wmv pdf doc docx xls xlsx ppt pptx".split(" ");

/** @type {EventModule} */
export default ({ kind: wanted = "any", extensions = EXTENSIONS }, trigger, { on, link, leaves, page }) => {
  const kindOf = (/** @type {Element} */ element, /** @type {URL | undefined} */ url) => {
    const extension = /\.(\w+)$/.exec(url ? url.pathname : "");
    if (element.getAttribute("download") !== null || (extension && extensions.includes(extension[1]?.toLowerCase())))
      return "download";
    return url && url.hostname && /^http/.test(url.protocol) && url.hostname !== page.location()?.hostname ? "exit" : "other";
  };

  const listen = (/** @type {MouseEvent} */ event) => {
    const found = link(event);
    if (!found) return;
    const { element, url, text } = found;
    const kind = kindOf(element, url);
    if (wanted !== "any" && wanted !== kind) return;
    trigger({ facts: { kind, url: url ? url.href : "", text }, element, unloading: leaves(event) });
  };

  on("click", listen);
  // The middle button opens the link in another tab; the right one opens a menu.
  on("auxclick", (event) => event.button === 1 && listen(event));
};
