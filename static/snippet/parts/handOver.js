// needs: parts/link
/** @import {Part} from '../types.js' */
import { decode } from "../engine/decode.js";
import { encodeIdentity } from "../identity/identityCookie.js";
import { IDENTITY_AGE_SECONDS } from "../identity/identityAge.js";

/** The parameter's name and form are those of Adobe's Web SDK (edge-protocol.md, section 9). */
const NAME = "adobe_mc";
/** A link is good for so long: it may be copied, sent and stored. */
const MAX_LINK_SECONDS = 300;

/**
 * Takes the visitor's identity along to another site, in the address of a link, and takes it up there. It is taken up
 * where consent allows an identity at all, once, and only when the link is of the same organisation and young.
 *
 * @type {Part}
 */
export default (core) => {
  const { commands, container, cookies, identity, isAllowed, on, platform } = core;
  const { now, root } = platform;
  const { domains = [], orgId } = container;
  const { hash, search } = root.location;

  const addTo = (/** @type {string} */ url) => {
    const ecid = identity.ecid();
    if (!ecid) return url;
    const said = `TS=${Math.floor(now() / 1000)}|MCMID=${ecid}|MCORGID=${encodeURIComponent(orgId)}`;
    const [, base, mark, query, end] = /** @type {string[]} */ (/^([^?#]*)(\??)([^#]*)(.*)$/s.exec(url));
    const others = (query || "").split("&").filter((pair) => pair && !pair.startsWith(NAME + "="));
    return `${base}${mark || "?"}${[...others, `${NAME}=${encodeURIComponent(said)}`].join("&")}${end}`;
  };

  const arrived = () => {
    const pairs = (search.slice(1) + "&" + hash.replace(/^[^?]*\??/, "")).split("&");
    const given = pairs.filter((/** @type {string} */ pair) => pair.startsWith(NAME + "=")).pop();
    const [, seconds, ecid, org] = /^TS=(\d+)\|MCMID=(\d{38})\|MCORGID=(.*)$/.exec(decode((given || "").slice(NAME.length + 1))) || [];
    const age = now() / 1000 - +(seconds || 0);
    return org && decode(org) === orgId && Math.abs(age) <= MAX_LINK_SECONDS ? ecid : undefined;
  };

  let ecid = arrived();
  const takeUp = () => {
    if (!ecid || !isAllowed()) return;
    cookies.write(cookies.prefix + "identity", encodeIdentity(ecid), IDENTITY_AGE_SECONDS);
    ecid = undefined;
  };
  takeUp();
  on("@consent", takeUp);

  commands.appendIdentityToUrl = (url) => addTo(String(url));

  // Links between the property's own sites, where no cookie is shared.
  const isOurs = (/** @type {string} */ host) =>
    !("." + host).endsWith("." + (cookies.domain() || root.location.hostname)) &&
    domains.some((domain) => (domain[0] === "*" ? ("." + host).endsWith(domain.slice(1)) : host === domain));
  const takeAlong = (/** @type {Event} */ event) => {
    const { element, url } = core.tools.link(event) || {};
    if (url && isOurs(url.hostname)) /** @type {any} */ (element).href = addTo(url.href);
  };
  if (domains.length) for (const type of ["click", "auxclick"]) on(type, takeAlong);

  return { withIdentity: addTo };
};
