/** @import {Answer, Beacon, Core, EdgeRequest} from '../types.js' */
import { stringify } from "../engine/stringify.js";
import { uuid } from "../identity/uuid.js";
import { parseRetryAfter, retryDelay } from "./retryDelay.js";
import { splitBatches } from "./splitBatches.js";

/** Events that happen together go out together. */
const BATCH_MS = 50;
const MAX_BATCH_EVENTS = 50;
/** A page's requests that outlive it may have 64 KiB in all; a request has about 1 kB beside its events. */
const MAX_BATCH_BYTES = 55e3;
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
  let retry;
  /** @type {EdgeRequest | undefined} */
  let inFlight;
  let blockedUntil = 0;
  let isFailing = false;
  let isScheduled = false;

  const bytesOf = (/** @type {string} */ text) => new TextEncoder().encode(text).length;

  const batches = () => splitBatches(waiting, ({ xdm }) => bytesOf(stringify(xdm)), MAX_BATCH_EVENTS, MAX_BATCH_BYTES);

  /** @type {(beacons: Beacon[], action: "interact" | "collect") => EdgeRequest} */
  const newRequest = (beacons, action) => ({ id: uuid(random), action, beacons, tries: 0, since: now() });

  /** @type {(hook: "onEventSent" | "onEventFailed", beacons: Beacon[], detail: any) => void} */
  const tell = (hook, beacons, detail) =>
    beacons.forEach(({ rule, xdm }) => notify(hook, { rule, xdm, ...detail }));

  const keep = (/** @type {Beacon[]} */ beacons, /** @type {string} */ reason) => {
    queue.keep(beacons);
    tell("onEventFailed", beacons, { reason, willRetry: true });
  };

  const schedule = (/** @type {number} */ ms) => {
    if (isScheduled || inFlight || !(retry || waiting.length)) return;
    isScheduled = true;
    platform.delay(run, Math.max(ms, blockedUntil - now()));
  };

  const run = () => {
    isScheduled = false;
    const [batch = []] = batches();
    if (inFlight || !(retry || batch.length)) return;
    if (blockedUntil > now()) return schedule(0);
    const request = retry || newRequest(batch, identity.isDue() ? "interact" : "collect");
    if (!retry) waiting = waiting.slice(batch.length);
    retry = undefined;
    inFlight = request;
    request.tries++;
    const lost = losses.take();
    const { url, body } = encode(request, lost);
    platform
      .post(url, body, platform.keepsAlive && bytesOf(body) < MAX_KEEPALIVE_BYTES)
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
  const conclude = (request, { status, retryAfter, text }) => {
    const { action, beacons, tries, since } = request;
    if (status >= 200 && status < 300) {
      isFailing = false;
      tell("onEventSent", beacons, { action, status });
      // The server is back: now for what was kept while it was not.
      waiting = queue.take().concat(waiting);
      return true;
    }
    const reason = `status ${status} ${text.slice(0, 500)}`;
    if (!/^(0|429|50[234])$/.test(String(status))) {
      losses.lose("refused", beacons.length);
      tell("onEventFailed", beacons, { reason, willRetry: false });
      return false;
    }
    isFailing = true;
    const wait = retryDelay({ tries, since, now: now(), retryAfter, jitter: /** @type {any} */ (random(1)[0]) / 256 });
    blockedUntil = now() + (wait === undefined ? Math.max(PAUSE_MS, parseRetryAfter(retryAfter, now()) || 0) : wait);
    if (wait === undefined) keep(beacons, reason);
    else {
      retry = request;
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
    if (retry) waiting = retry.beacons.concat(waiting);
    retry = undefined;
    // A request that dies with the page is no way out of it.
    if (isLeaving && inFlight && !platform.keepsAlive) waiting = inFlight.beacons.concat(waiting);
    for (const batch of batches()) {
      const { url, body } = encode(newRequest(batch, "collect"), losses.take());
      const isTaken = platform.beacon(url, body);
      if (!isTaken && platform.keepsAlive && bytesOf(body) < MAX_KEEPALIVE_BYTES) platform.post(url, body, true).catch(() => queue.keep(batch));
      else if (isTaken && !isFailing) tell("onEventSent", batch, { action: "collect", status: 0 });
      // A server that did not answer lately may not answer now: then the next page sends it again, and the server, which
      // knows an event by its id, takes it once.
      else keep(batch, "no answer");
    }
    waiting = [];
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
      waiting = queue.take().concat(waiting);
      schedule(BATCH_MS);
    },
    /** Consent was withdrawn: throw away what needs it. */
    drop: (isRefused) => {
      if (retry) waiting = retry.beacons.concat(waiting);
      retry = undefined;
      waiting = waiting.filter((beacon) => !isRefused(beacon));
      queue.drop(isRefused);
    },
  };
};
