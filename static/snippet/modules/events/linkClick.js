/** @import {EventModule} from '../../types.js' */

/** What Adobe's SDK takes for downloads. */
const EXTENSIONS = "exe zip wav mp3 mov mpg avi wmv pdf doc docx xls xlsx ppt pptx".split(" ");

/** Of a link's text, what reports still show. */
const MAX_TEXT_CHARACTERS = 200;

/** @type {EventModule} */
export default ({ kind: wanted = "any", extensions = EXTENSIONS }, trigger, tools) => {
  const listen = (/** @type {MouseEvent} */ event) => {
    const link = tools.link(event);
    if (!link) return;
    const { element, url, leaves } = link;
    const isWeb = /^http/.test(url.protocol);
    const extension = /** @type {string} */ (url.pathname.split(".").pop()).toLowerCase();
    const kind =
      element.matches("[download]") || (isWeb && extensions.includes(extension))
        ? "download"
        : isWeb && url.hostname !== tools.page.location().hostname
          ? "exit"
          : (/^(mailto|tel)/.exec(url.protocol) || ["other"])[0];
    if (wanted !== "any" && wanted !== kind) return;
    const text = tools.cleanText(tools.elements.text(element)).slice(0, MAX_TEXT_CHARACTERS);
    trigger({ facts: { kind, url: url.href, text }, element, unloading: leaves });
  };

  tools.on("click", listen);
  // The middle button opens the link in another tab; the right one opens a menu.
  tools.on("auxclick", (event) => event.button === 1 && listen(event));
};
