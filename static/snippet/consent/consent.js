/** @import {Consent, Container, Store} from '../types.js' */

/** The purpose that the edge protocol calls `general`: sending anything at all. */
export const COLLECT = "collect";

/** As the server's own (180 days). */
const MAX_AGE_SECONDS = 15552000;

/**
 * What the visitor agreed to. `collect` is in the cookie that Adobe's SDK and the server read too; the other purposes are
 * in localStorage. Both are read at every look, so that another tab, the server or the SDK may change them.
 *
 * @param {{
 *   container: Container,
 *   cookies: {read(name: string): string | undefined, write(name: string, value: string, maxAgeSeconds: number): void},
 *   storage: Store,
 *   prefix: string,
 * }} needs `storage` keeps what it gets whatever the consent: this is about consent itself
 */
export const createConsent = ({ container, cookies, storage, prefix }) => {
  const name = prefix + "consent";
  /** What was said on this page, for browsers that keep nothing. @type {Record<string, Consent>} */
  const said = Object.create(null);

  /** @type {(purpose: string) => Consent} */
  const state = (purpose) => {
    const kept = purpose === COLLECT ? ofCookie(pairs(cookies.read(name)).general) : storage.get("consent")?.[purpose];
    return kept || said[purpose] || container.consent.default;
  };

  return {
    state,
    isGranted: (/** @type {string} */ purpose) => state(purpose) === "granted",
    isDenied: (/** @type {string} */ purpose) => state(purpose) === "denied",
    say: (/** @type {Record<string, Consent>} */ choices) => {
      Object.assign(said, choices);
      const { [COLLECT]: collect, ...others } = choices;
      if (collect) {
        const kept = pairs(cookies.read(name));
        kept.general = collect === "granted" ? "in" : "out";
        const text = Object.keys(kept).map((key) => `${key}=${kept[key]}`);
        cookies.write(name, text.join(";"), MAX_AGE_SECONDS);
      }
      storage.set("consent", Object.assign(storage.get("consent") || {}, others));
    },
  };
};

/** @type {(general: string | undefined) => Consent | undefined} */
const ofCookie = (general) => (general === "in" ? "granted" : general === "out" ? "denied" : undefined);

/** `a=b;c=d` as an object. */
const pairs = (text = "") => {
  /** @type {Record<string, string>} */
  const found = Object.create(null);
  for (const pair of text.split(";")) {
    const [key, value] = pair.split("=");
    if (key && value) found[key.trim()] = value.trim();
  }
  return found;
};
