/** @import {Core} from '../types.js' */
import { IDENTITY_AGE_SECONDS } from "./identityAge.js";
import { decodeIdentity, encodeIdentity } from "./identityCookie.js";
import { mintEcid } from "./mintEcid.js";

/** Scripts' cookies live for a week only in some browsers, so the server is asked to set it again so often. */
const RENEW_MS = 864e5;

/**
 * Who the visitor is. The ECID is made here when there is none, so that no event has to wait for an answer.
 *
 * Our cookie is SameSite=Lax: it has to reach an edge of the same site, and nobody else; an edge of another site gets its
 * value in the request.
 *
 * @param {Pick<Core, "cookies" | "isAllowed" | "platform" | "storage">} core
 * @returns {Core["identity"]}
 */
export const createIdentity = ({ cookies, isAllowed, platform, storage }) => {
  const { now, random } = platform;
  const name = cookies.prefix + "identity";
  const present = () => decodeIdentity(cookies.read(name));
  /** @type {boolean | undefined} */
  let isDue;
  /** What counts is what the page found: of an identity that is made here, the server has not heard. */
  const look = () => {
    if (isDue === undefined) isDue = !present() || now() - (storage.get("renewed") || 0) > RENEW_MS;
    return isDue;
  };
  /** For pages that cannot keep cookies. @type {string | undefined} */
  let ofPage;

  return {
    /** Undefined while consent does not allow one. */
    ecid: () => {
      if (!isAllowed()) return undefined;
      look();
      const known = present();
      if (known) return known;
      ofPage = ofPage || mintEcid(random);
      cookies.write(name, encodeIdentity(ofPage), IDENTITY_AGE_SECONDS);
      return ofPage;
    },
    /** Whether a cookie holds it, so that the server can see it. */
    isKept: () => !!present(),
    /** Whether the server is to be asked for the identity. */
    isDue: () => isAllowed() && look(),
    /** The server has answered, and set the cookie for long. */
    renewed: () => {
      isDue = false;
      storage.set("renewed", now());
    },
    forget: () => {
      ofPage = undefined;
      cookies.write(name, "", 0);
    },
  };
};
