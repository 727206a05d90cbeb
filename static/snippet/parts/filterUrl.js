/** @import {Part} from '../types.js' */
import { decode } from "../engine/decode.js";

/**
 * The URL without the query parameters that may not be kept; what is kept stays as it was written. A fragment that
 * holds parameters (`#/list?q=x`, `#access_token=x&state=y`) is treated alike.
 *
 * @param {string} url
 * @param {string[]} keep names, `utm_*` for any with that beginning
 */
export const filterUrl = (url, keep) => {
  const kept = (/** @type {string} */ pairs) =>
    pairs
      .split("&")
      .filter((pair) => {
        const name = decode(/** @type {string} */ (pair.split("=")[0]));
        return keep.some((rule) => (rule.endsWith("*") ? name.startsWith(rule.slice(0, -1)) : name === rule));
      })
      .join("&");

  const [, base, query = "", hash = ""] = /** @type {string[]} */ (/^([^?#]*)\??([^#]*)#?(.*)$/s.exec(url));
  const keptQuery = kept(query);
  const mark = hash.indexOf("?") + 1;
  const keptHash = mark || hash.includes("=") ? hash.slice(0, mark) + kept(hash.slice(mark)) : hash;
  return base + (keptQuery && "?" + keptQuery) + (keptHash && "#" + keptHash);
};

/** Properties that name the URL parameters they keep. @type {Part} */
export default () => ({ filterUrl });
