/** @import {Answer, Beacon, Core, EdgeRequest} from '../types.js' */
import { stringify } from "../engine/stringify.js";
import { uuid } from "../identity/uuid.js";
import { parseRetryAfter, retryDelay } from "./retryDelay.js";
import { takeBatch } from "./takeBatch.js";

/** Events that happen together go out together. */
const BATCH_MS = 50;
/** A page's requests that outlive it may have 64 KiB in all. */
const MAX_KEEPALIVE_BYTES = 6e4;
/** Events that wait in memory while the server does not answer; older ones go to storage. */
const MAX_WAITING = 100;
/** After a request was given up, so long nothing is tried. */
const PAUSE_MS = 6e4;

/**
 * Sends events: one request at a time and in order while the page lives, by beacon when it goes away. What cannot be sent
 * is kept in storage; what cannot be kept is counted.
 *
 * @param {Pick<Core, "encode" | "fail" | "identity" | "losses" | "notify" | "platform" | "queue">} core
 * @param {(request: EdgeRequest, answer: Answer) => void} onAnswer
 * @returns {Core["outbox"]}
 */
export const createOutbox = ({ encode, fail, identity, losses, notify, platform, queue }, onAnswer) => {
  const { now, random } = platform;
  /** @type {Beacon[]} */
  let waiting = [];
  /** @type {EdgeRequest | undefined} */
  let inFlight;
  /** How often the same events were tried, and when first. */
  let tries = 0;
  let since = 0;
  let blockedUntil = 0;
  let isFailing = false;
  let isScheduled = false;

  const bytesOf = (/** @type {string} */ text) => new TextEncoder().encode(text).length;

  /** With the first of what waits. @type {(action: "interact" | "collect") => EdgeRequest} */
  const newRequest = (action) => ({
    id: uuid(random),
    action,
    beacons: takeBatch(waiting, ({ xdm }) => bytesOf(stringify(xdm))),
  });

  /** Before what waits, in order. */
  const requeue = (/** @type {Beacon[]} */ beacons) => {
    waiting = beacons.concat(waiting);
  };

  /** Whether a request of this body can outlive the page. */
  const canOutlive = (/** @type {string} */ body) => platform.keepsAlive && bytesOf(body) < MAX_KEEPALIVE_BYTES;

  /** @type {(hook: "onEventSent" | "onEventFailed", beacons: Beacon[], detail: any) => void} */
  const tell = (hook, beacons, detail) =>
    beacons.forEach(({ rule, xdm }) => notify(hook, { rule, xdm, ...detail }));

  const keep = (/** @type {Beacon[]} */ beacons, /** @type {string} */ reason) => {
    queue.keep(beacons);
    tell("onEventFailed", beacons, { reason, willRetry: true });
  };

  const schedule = (/** @type {number} */ ms) => {
    if (isScheduled || inFlight || !waiting.length) return;
    isScheduled = true;
    platform.delay(run, Math.max(ms, blockedUntil - now()));
  };

  const run = () => {
    isScheduled = false;
    // What was there may have gone by beacon, and a server that was just busy wants its pause.
    if (!waiting.length) return;
    if (blockedUntil > now()) return schedule(0);
    const request = newRequest(identity.isDue() ? "interact" : "collect");
    inFlight = request;
    if (!tries++) since = now();
    const lost = losses.take();
    const { url, body } = encode(request, lost);
    platform
      .post(url, body, canOutlive(body))
      .catch(() => ({ status: 0, text: "" }))
      .then((answer) => {
        inFlight = undefined;
        if (conclude(request, answer)) return onAnswer(request, answer);
        losses.back(lost);
      })
      .catch((error) => fail(null, "transport", error))
      .then(() => schedule(0));
  };

  /** Whether the server has the events. @type {(request: EdgeRequest, answer: Answer) => boolean} */
  const conclude = ({ action, beacons }, { status, retryAfter, text }) => {
    if (status >= 200 && status < 300) {
      tries = 0;
      isFailing = false;
      tell("onEventSent", beacons, { action, status });
      // The server is back: now for what was kept while it was not.
      requeue(queue.take());
      return true;
    }
    const reason = `status ${status} ${text.slice(0, 500)}`;
    if (!/^(0|429|50[234])$/.test(String(status))) {
      tries = 0;
      losses.lose("refused", beacons.length);
      tell("onEventFailed", beacons, { reason, willRetry: false });
      return false;
    }
    isFailing = true;
    const wait = retryDelay({ tries, since, now: now(), retryAfter, jitter: /** @type {any} */ (random(1)[0]) / 256 });
    blockedUntil = now() + (wait === undefined ? Math.max(PAUSE_MS, parseRetryAfter(retryAfter, now()) || 0) : wait);
    if (wait === undefined) {
      tries = 0;
      keep(beacons, reason);
    } else {
      requeue(beacons);
      tell("onEventFailed", beacons, { reason, willRetry: true });
    }
    return false;
  };

  /**
   * Hand everything that is not on its way to the browser, which sends it even when the page is gone, and tells nobody
   * whether it could.
   * @type {Core["outbox"]["flush"]}
   */
  const flush = (isLeaving) => {
    // A request that dies with the page is no way out of it.
    if (isLeaving && inFlight && !platform.keepsAlive) requeue(inFlight.beacons);
    while (waiting.length) {
      const request = newRequest("collect");
      const { action, beacons } = request;
      const lost = losses.take();
      const { url, body } = encode(request, lost);
      const isTaken = platform.beacon(url, body);
      const back = () => {
        losses.back(lost);
        keep(beacons, "no answer");
      };
      // A server that did not answer lately may not answer now: then the next page sends it again, and the server, which
      // knows an event by its id, takes it once.
      if (isTaken && !isFailing) tell("onEventSent", beacons, { action, status: 0 });
      else if (!isTaken && canOutlive(body)) {
        platform
          .post(url, body, true)
          .then(({ status }) => status > 299 && back())
          .catch(back);
      } else back();
    }
  };

  return {
    flush,
    add: (beacon, isLast) => {
      waiting.push(beacon);
      if (isLast) return flush(false);
      if (waiting.length > MAX_WAITING) keep(waiting.splice(0, 1), "too many wait");
      schedule(BATCH_MS);
    },
    /** Send what earlier pages could not. */
    resume: () => {
      requeue(queue.take());
      schedule(BATCH_MS);
    },
    /** Consent was withdrawn: throw away what needs it. */
    drop: (isRefused) => {
      waiting = waiting.filter((beacon) => !isRefused(beacon));
      queue.drop(isRefused);
    },
  };
};
