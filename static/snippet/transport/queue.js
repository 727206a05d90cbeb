/** @import {Beacon, Core} from '../types.js' */
import { stringify } from "../engine/stringify.js";

/** What is kept at most: localStorage has 5 MB for the whole site, and the page needs it too. */
const MAX_KEPT_EVENTS = 100;
const MAX_KEPT_CHARACTERS = 2e5;
const MAX_KEPT_MS = 864e5;

/**
 * Events that could not be sent, kept in storage for later in this page or for the next one. Taking them takes them out,
 * so that no two tabs send the same; who cannot send them keeps them again.
 *
 * @param {Pick<Core, "losses" | "platform" | "storage">} core
 * @returns {Core["queue"]}
 */
export const createQueue = ({ losses, platform, storage }) => {
  /** @type {() => Beacon[]} */
  const load = () => storage.get("queue") || [];
  const save = (/** @type {Beacon[]} */ beacons) => storage.set("queue", beacons.length ? beacons : null);

  return {
    keep: (beacons) => {
      // From the newest back, as far as there is room.
      let room = MAX_KEPT_CHARACTERS;
      const all = load().concat(beacons);
      const last = all.slice(-MAX_KEPT_EVENTS).reverse();
      const kept = last.filter((beacon) => (room -= stringify(beacon).length) > 0);
      losses.lose("queue_overflow", all.length - kept.length);
      save(kept.reverse());
    },
    /** The kept events, oldest first. */
    take: () => {
      const kept = load();
      const young = kept.filter(({ at }) => platform.now() - at < MAX_KEPT_MS);
      losses.lose("queue_timeout", kept.length - young.length);
      if (kept.length) save([]);
      return young;
    },
    drop: (isRefused) => save(load().filter((beacon) => !isRefused(beacon))),
  };
};
