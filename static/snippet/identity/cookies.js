/** @import {Core, Cookies} from '../types.js' */
import { attempt } from "../engine/attempt.js";
import { decode } from "../engine/decode.js";

/** A cookie that is set and taken back to see where cookies can be set. */
const PROBE = "heliograph_probe";

/**
 * @param {Pick<Core, "container" | "platform">} core
 * @returns {Cookies}
 */
export const createCookies = ({ container, platform }) => {
  const { document, root } = platform;
  const { hostname, protocol } = root.location;
  /** @type {string | undefined} */
  let found;

  /** What was read in this task: every look at `document.cookie` asks another process. @type {[string, string][] | undefined} */
  let jar;

  /** @type {Cookies["all"]} */
  const all = () => {
    if (!jar) {
      Promise.resolve().then(() => (jar = undefined));
      jar = (attempt(() => document.cookie) || "").split("; ").map((/** @type {string} */ pair) => {
        const mark = pair.indexOf("=");
        return [pair.slice(0, mark), decode(pair.slice(mark + 1))];
      });
    }
    return /** @type {[string, string][]} */ (jar);
  };

  const read = (/** @type {string} */ name) => (all().find((pair) => pair[0] === name) || [])[1];

  const put = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ attributes) => {
    jar = undefined;
    attempt(() => (document.cookie = `${name}=${encodeURIComponent(value).replace(/%3D/g, "=")};path=/${attributes}`));
  };

  const domain = () => {
    const parts = hostname.split(".");
    // A single label takes no domain attribute at all, and public suffixes take no cookies.
    for (let count = 2; found === undefined && count <= parts.length; count++) {
      const candidate = parts.slice(-count).join(".");
      put(PROBE, "1", ";domain=" + candidate);
      if (read(PROBE)) found = candidate;
      put(PROBE, "", `;domain=${candidate};max-age=0`);
    }
    return (found = found || "");
  };

  return {
    all,
    read,
    domain,
    write: (name, value, maxAgeSeconds, sameSite = "Lax") => {
      put(
        name,
        value,
        (domain() && ";domain=" + domain()) +
          (maxAgeSeconds === undefined ? "" : ";max-age=" + maxAgeSeconds) +
          ";samesite=" + sameSite +
          (sameSite === "None" || protocol === "https:" ? ";secure" : ""),
      );
    },
    prefix: `kndctr_${container.orgId.replace("@", "_")}_`,
  };
};
