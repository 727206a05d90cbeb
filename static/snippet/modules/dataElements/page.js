/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ get, spa }, { page, parseUrl }) => {
  if (get === "title") return page.title();
  if (get === "referrer") return (spa === "previousRoute" && page.previous()) || page.referrer();
  const url = page.url();
  const { host, pathname: path, search: query, hash } = /** @type {URL} */ (parseUrl(url));
  return /** @type {any} */ ({ url, host, path, query, hash })[get];
};
