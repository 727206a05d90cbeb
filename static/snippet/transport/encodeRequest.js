/** @import {Core} from '../types.js' */
import { parseUrl } from "../engine/parseUrl.js";
import { stringify } from "../engine/stringify.js";
import { uuid } from "../identity/uuid.js";

/** What the protocol allows, whatever the true time. */
const MAX_QUEUE_MS = 3e5;

/**
 * A request of the edge protocol (edge-protocol.md, sections 1 and 3). Beyond Adobe's SDK it says which rule made an event
 * and of which revision, and what was lost. `queueTimeMillis` is the first event's. The request's id is for logs: what makes
 * a second try harmless is each event's own.
 *
 * @param {Core} core needs `container`, `cookies`, `edge`, `identity`, `platform` and `tools`
 * @returns {Core["encode"]}
 */
export const createEncode = (core) => {
  const { container, cookies, edge, identity, platform } = core;
  const { basePath, datastream, revision } = container;
  const { hostname, protocol } = /** @type {URL} */ (parseUrl(edge));

  return ({ action, beacons, lost }) => {
    const { hints = (xdm) => xdm } = core.tools;
    const ecid = identity.ecid();
    const domain = cookies.domain();
    const cookiesEnabled = !!ecid && identity.isKept();
    const isFirstParty = domain && ("." + hostname).endsWith("." + domain) && protocol === platform.root.location.protocol;
    const entries = cookies.all().filter(([key]) => key.startsWith(cookies.prefix));
    const age = platform.now() - /** @type {any} */ (beacons[0]).at;
    return {
      url: `${edge}/${basePath}/v1/${action}?configId=${datastream}&requestId=${uuid(platform.random)}`,
      body: stringify({
        events: beacons.map(({ xdm, rule }) => ({ xdm: hints(xdm), meta: rule ? { rule } : undefined })),
        query: action === "interact" ? { identity: { fetch: ["ECID"] } } : undefined,
        // Where no cookie can tell it.
        xdm: ecid && !cookiesEnabled ? { identityMap: { ECID: [{ id: ecid }] } } : undefined,
        meta: {
          state: {
            domain,
            cookiesEnabled,
            entries: isFirstParty || !ecid ? undefined : entries.map(([key, value]) => ({ key, value })),
          },
          queueTimeMillis: Math.max(0, Math.min(age, MAX_QUEUE_MS)),
          revision,
          lost,
        },
      }),
    };
  };
};
