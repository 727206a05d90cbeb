/** @import {PageData} from './types.js' */

/**
 * What the server wrote into a document for its scripts.
 * @param {Document} [from]
 * @returns {PageData}
 */
export function readPageData(from = document) {
  const element = from.getElementById("page-data");
  if (!element) throw new Error("the page has no #page-data");
  return JSON.parse(element.textContent ?? "");
}
