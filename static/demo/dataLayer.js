/**
 * The shop's own data layer: what it tells about its pages, in its own words, to whoever listens.
 * An array that other scripts may have begun or taken over before us.
 * @param {...object} entries
 */
export function push(...entries) {
  const page = /** @type {{adobeDataLayer?: object[]}} */ (/** @type {unknown} */ (window));
  page.adobeDataLayer = page.adobeDataLayer || [];
  for (const entry of entries) page.adobeDataLayer.push(entry);
}
