/** @import {Tools} from '../types.js' */

/** Frameworks set a page's title and its heading one after the other. */
const REST_MS = 50;

/**
 * Wait until the page has another title, or a first heading that is news, and both rest; for `max` at most. A heading that is
 * only taken away is a page that still loads.
 *
 * @param {Tools} tools
 * @param {number} max milliseconds
 * @param {() => void} done may be called more than once
 * @param {string} [seen] title and heading that would be no news: those of now
 * @returns {() => void} stops looking
 */
export const settle = ({ document, delay, observe, page }, max, done, seen) => {
  const read = () => {
    const found = document.querySelector("h1");
    return page.title() + (found ? found.textContent : "");
  };
  const title = page.title();
  seen ??= read();
  const look = () => {
    const now = read();
    if (now === seen) return;
    seen = now;
    if (now !== title) delay(() => now === seen && done(), REST_MS);
  };
  delay(done, max);
  look();
  return observe(look);
};
