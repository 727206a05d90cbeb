/** @import {Tools} from '../types.js' */

/** What reports still show. */
const MAX_NAME_CHARACTERS = 200;

/** Parts of a page that have a name of their own. */
const REGIONS = "[id],[role=region][aria-label],header,main,footer,nav";

/**
 * What a link is called, and where on the page it is, as Adobe's Web SDK tells it (edge-protocol.md, section 13).
 *
 * @param {Element} link
 * @param {Pick<Tools, "cleanText" | "elements">} tools
 */
export const describeLink = (link, { cleanText, elements }) => {
  const { attribute, text, up } = elements;
  const said = (/** @type {string} */ name) => {
    const holder = link.matches(`[${name}]`) ? link : link.querySelector(`[${name}]`);
    return holder && attribute(holder, name);
  };
  const around = link.parentElement && up(link.parentElement, REGIONS);
  const label = around && around.matches("[role=region]") && attribute(around, "aria-label");
  return {
    name: cleanText(text(link) || said("alt") || said("title") || said("aria-label") || "").slice(0, MAX_NAME_CHARACTERS),
    region: (around && (attribute(around, "id") || label || around.tagName)) || "BODY",
  };
};
