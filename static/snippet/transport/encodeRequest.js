/** @import {Container, EdgeRequest} from '../types.js' */
import { stringify } from "../engine/stringify.js";

/** What the protocol allows, whatever the true time. */
const MAX_QUEUE_MS = 300e3;

/**
 * A request of the edge protocol (edge-protocol.md, sections 1 and 3). Beyond Adobe's SDK it says which rule made an event
 * and of which revision, and what was lost. `queueTimeMillis` is the first event's.
 *
 * @param {EdgeRequest} request
 * @param {{
 *   container: Container,
 *   edge: string,
 *   now: number,
 *   state: {domain: string, cookiesEnabled: boolean, entries?: {key: string, value: string}[] | undefined},
 *   ecid: string | undefined,
 *   under: (xdm: any) => any,
 * }} needs `ecid`: where no cookie can tell it; `under`: lays what is known by now under an event
 * @returns {{url: string, body: string}}
 */
export const encodeRequest = (request, { container, edge, now, state, ecid, under }) => {
  const { action, beacons, id, lost } = request;
  return {
    url: `${edge}/${container.basePath}/v1/${action}?configId=${container.datastream}&requestId=${id}`,
    body: stringify({
      events: beacons.map(({ xdm, rule }) => ({ xdm: under(xdm), meta: rule === null ? undefined : { rule } })),
      query: action === "interact" ? { identity: { fetch: ["ECID"] } } : undefined,
      xdm: ecid && { identityMap: { ECID: [{ id: ecid }] } },
      meta: {
        state,
        queueTimeMillis: Math.min(Math.max(now - (beacons[0]?.at ?? now), 0), MAX_QUEUE_MS),
        revision: container.revision,
        lost,
      },
    }),
  };
};
