/** @import {Beacon, LossReason, Store} from '../types.js' */
import { stringify } from "../engine/stringify.js";

/** What is kept at most: localStorage has 5 MB for the whole site, and the page needs it too. */
const MAX_KEPT_EVENTS = 50;
const MAX_KEPT_CHARACTERS = 200e3;
const MAX_KEPT_MS = 864e5;

/** A tab that sends the kept events has so long; then it is taken for dead. As long as one request may be retried. */
const LOCK_MS = 300e3;

/**
 * Events that could not be sent, kept in storage for later in this page or for the next. One tab at a time sends them.
 *
 * @param {{
 *   storage: Store,
 *   now: () => number,
 *   tab: string,
 *   isGranted: (purpose: string) => boolean,
 *   lose: (reason: LossReason, count?: number) => void,
 * }} needs `tab`: any id of this page
 */
export const createQueue = ({ storage, now, tab, isGranted, lose }) => {
  /** @type {() => Pick<Beacon, "xdm" | "consent" | "rule" | "at">[]} */
  const load = () => storage.get("queue") || [];
  const idOf = (/** @type {Pick<Beacon, "xdm">} */ { xdm }) => xdm._id;

  return {
    keep: (/** @type {Beacon[]} */ beacons) => {
      const kept = load();
      const ids = kept.map(idOf);
      for (const { xdm, consent, rule, at } of beacons) {
        if (!ids.includes(xdm._id)) kept.push({ xdm, consent, rule, at });
      }
      // From the newest back, as far as there is room.
      let room = MAX_KEPT_CHARACTERS;
      const left = kept.reverse().filter((one, index) => {
        const size = stringify(one).length;
        const fits = index < MAX_KEPT_EVENTS && size <= room;
        if (fits) room -= size;
        return fits;
      });
      if (left.length < kept.length) lose("queue_overflow", kept.length - left.length);
      storage.set("queue", left.reverse());
    },

    remove: (/** @type {Beacon[]} */ beacons) => {
      const ids = beacons.map(idOf);
      const kept = load();
      const left = kept.filter((one) => !ids.includes(idOf(one)));
      if (left.length < kept.length) storage.set("queue", left);
    },

    /** Consent was withdrawn: nothing stays that needs it. */
    drop: (/** @type {(one: Pick<Beacon, "consent">) => boolean} */ isRefused) => {
      storage.set("queue", load().filter((one) => !isRefused(one)));
    },

    /** The kept events, oldest first, for this tab to send; none while another tab does. @returns {Beacon[]} */
    claim: () => {
      const kept = load();
      if (!kept.length) return [];
      const lock = storage.get("lock");
      if (lock && lock.tab !== tab && lock.until > now()) return [];
      storage.set("lock", { tab, until: now() + LOCK_MS });
      if (storage.get("lock").tab !== tab) return [];
      const young = kept.filter(({ at }) => now() - at < MAX_KEPT_MS);
      if (young.length < kept.length) {
        lose("queue_timeout", kept.length - young.length);
        storage.set("queue", young);
      }
      return young
        .filter(({ consent }) => consent.every(isGranted))
        .map((one) => Object.assign(Object.create(null), one, { unloading: false, stored: true }));
    },

    release: () => {
      if (storage.get("lock")?.tab === tab) storage.set("lock", null);
    },
  };
};
