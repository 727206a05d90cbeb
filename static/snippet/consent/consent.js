/** @import {Consent, Core, Store} from '../types.js' */

/** The purpose that the edge protocol calls `general`: sending anything at all. */
export const COLLECT = "collect";

/** How the protocol writes it. */
const IN = "general=in";
const OUT = "general=out";

/** As the server's own (180 days). */
const MAX_AGE_SECONDS = 15552000;

/**
 * What the visitor agreed to. `collect` is in the cookie that Adobe's SDK and the server read too; the other purposes are
 * in localStorage. Both are read at every look, so that another tab, the server or the SDK may change them.
 *
 * @param {Pick<Core, "container" | "cookies">} core
 * @param {Store} storage keeps what it gets whatever the consent: this is about consent itself
 * @returns {Core["consent"]}
 */
export const createConsent = ({ container, cookies }, storage) => {
  const name = cookies.prefix + "consent";
  /** What was said on this page, for browsers that keep nothing. @type {Record<string, Consent>} */
  const said = Object.create(null);

  /** `a=b;c=d`, the protocol's form. @returns {string[]} */
  const pairs = () => (cookies.read(name) || "").split(";");
  const isPair = (/** @type {string} */ pair) => pairs().includes(pair);

  return {
    state: (purpose) =>
      (purpose !== COLLECT
        ? (storage.get("consent") || said)[purpose]
        : isPair(IN)
          ? "granted"
          : isPair(OUT) && "denied") ||
      said[purpose] ||
      container.consent.default,
    say: (choices) => {
      Object.assign(said, choices);
      storage.set("consent", Object.assign(storage.get("consent") || {}, choices));
      if (!choices[COLLECT]) return;
      const others = pairs().filter((pair) => pair && !/^general=/.test(pair));
      cookies.write(name, [choices[COLLECT] === "granted" ? IN : OUT, ...others].join(";"), MAX_AGE_SECONDS);
    },
  };
};
