/** @import {Platform} from '../types.js' */

/** A cookie that is set and taken back to see where cookies can be set. */
const PROBE = "heliograph_probe";

/**
 * The page's cookies, set for the topmost domain that takes them.
 * @param {{platform: Platform}} needs
 */
export const createCookies = ({ platform }) => {
  /** @type {string | undefined} */
  let found;

  /** @type {() => [string, string][]} */
  const all = () =>
    platform
      .cookies()
      .split("; ")
      .map((pair) => {
        const mark = pair.indexOf("=");
        return [pair.slice(0, mark), decode(pair.slice(mark + 1))];
      });

  const read = (/** @type {string} */ name) => (all().find((pair) => pair[0] === name) || [])[1];

  const put = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ attributes) =>
    platform.setCookie(`${name}=${encodeURIComponent(value).replace(/%3D/g, "=")};path=/${attributes}`);

  const domain = () => {
    if (found !== undefined) return found;
    const parts = hostOf(platform.url()).split(".");
    // A single label takes no domain attribute at all, and public suffixes take no cookies.
    for (let count = 2; count <= parts.length; count++) {
      const candidate = parts.slice(-count).join(".");
      put(PROBE, "1", `;domain=${candidate}`);
      if (read(PROBE) === "1") {
        put(PROBE, "", `;domain=${candidate};max-age=0`);
        return (found = candidate);
      }
    }
    return (found = "");
  };

  return {
    all,
    read,
    domain,
    /** `sameSite` None goes together with Secure; without one, Lax: see identity.js. */
    write: (
      /** @type {string} */ name,
      /** @type {string} */ value,
      /** @type {number | undefined} */ maxAgeSeconds,
      /** @type {string} */ sameSite = "Lax",
    ) => {
      const isSecure = sameSite === "None" || /^https:/.test(platform.url());
      put(
        name,
        value,
        (domain() && `;domain=${domain()}`) +
          (maxAgeSeconds === undefined ? "" : `;max-age=${maxAgeSeconds}`) +
          `;samesite=${sameSite}` +
          (isSecure ? ";secure" : ""),
      );
    },
  };
};

const hostOf = (/** @type {string} */ url) => (/^https?:\/\/(?:[^/?#]*@)?([^/?#:]*)/.exec(url) || [])[1] || "";

const decode = (/** @type {string} */ text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
