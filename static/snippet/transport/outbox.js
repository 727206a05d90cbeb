/** @import {Answer, Beacon, EdgeRequest, Losses, LossReason, Notify, Outcome, Platform} from '../types.js' */
import { stringify } from "../engine/stringify.js";
import { byteLength } from "./byteLength.js";
import { parseRetryAfter, retryDelay } from "./retryDelay.js";
import { splitBatches } from "./splitBatches.js";

/** Events that happen together go out together. */
const BATCH_MS = 50;
/** A page's requests that outlive it may have 64 KiB in all; a request has about 1 kB beside its events. */
const BATCH = { maxItems: 50, maxSize: 55e3 };
const MAX_KEEPALIVE_BYTES = 60e3;
const TIMEOUT_MS = 5000;
/** Events that wait in memory while the server does not answer; older ones go to storage. */
const MAX_WAITING = 100;
/** After a request was given up, so long nothing is tried. */
const PAUSE_MS = 60e3;

const RETRYABLE = /^(0|429|502|503|504)$/;

/**
 * Sends events: one request at a time and in order while the page lives, by beacon when it goes away. What cannot be sent
 * is kept in storage; what cannot be kept is counted.
 *
 * @param {{
 *   platform: Platform,
 *   encode: (request: EdgeRequest) => {url: string, body: string},
 *   onAnswer: (request: EdgeRequest, answer: Answer) => void,
 *   newId: () => string,
 *   identity: {isDue(): boolean, asked(): void},
 *   queue: {
 *     keep(beacons: Beacon[]): void,
 *     remove(beacons: Beacon[]): void,
 *     claim(): Beacon[],
 *     release(): void,
 *   },
 *   losses: {
 *     lose(reason: LossReason, count?: number): void,
 *     report(): Losses | undefined,
 *     reported(report: Losses | undefined): void,
 *   },
 *   notify: Notify,
 *   fail: (error: unknown) => void,
 * }} needs
 */
export const createOutbox = ({ platform, encode, onAnswer, newId, identity, queue, losses, notify, fail }) => {
  const { now } = platform;
  /** @type {Beacon[]} */
  let waiting = [];
  /** @type {EdgeRequest | undefined} */
  let retry;
  /** @type {EdgeRequest | undefined} */
  let inFlight;
  let blockedUntil = 0;
  let isFailing = false;
  let isScheduled = false;

  const sizeOf = (/** @type {Beacon} */ { xdm }) => byteLength(stringify(xdm));

  const newRequest = (/** @type {Beacon[]} */ beacons, /** @type {"interact" | "collect"} */ action) =>
    /** @type {EdgeRequest} */ ({ id: newId(), action, beacons, tries: 0, since: now() });

  const schedule = (/** @type {number} */ ms) => {
    if (isScheduled || inFlight || !(retry || waiting.length)) return;
    isScheduled = true;
    platform.delay(run, Math.max(ms, blockedUntil - now()));
  };

  const run = () => {
    isScheduled = false;
    if (inFlight || blockedUntil > now()) return schedule(0);
    const request = retry || takeNext();
    retry = undefined;
    if (!request) return;
    if (!platform.post) return hand(request.beacons);
    inFlight = request;
    request.tries++;
    request.lost = losses.report();
    const { url, body } = encode(request);
    const keepalive = platform.keepsAlive && byteLength(body) < MAX_KEEPALIVE_BYTES;
    platform
      .post(url, body, { keepalive, timeoutMs: TIMEOUT_MS })
      .catch(() => ({ status: 0, retryAfter: null, text: "" }))
      .then((answer) => {
        inFlight = undefined;
        conclude(request, answer);
      })
      .catch(fail)
      .then(() => schedule(0));
  };

  const takeNext = () => {
    const batch = splitBatches(waiting, sizeOf, BATCH)[0];
    if (!batch) return undefined;
    waiting = waiting.slice(batch.length);
    const isDue = identity.isDue();
    if (isDue) identity.asked();
    return newRequest(batch, isDue ? "interact" : "collect");
  };

  const conclude = (/** @type {EdgeRequest} */ request, /** @type {Answer} */ answer) => {
    const { beacons } = request;
    const { status, retryAfter } = answer;
    if (status >= 200 && status < 300) {
      isFailing = false;
      losses.reported(request.lost);
      queue.remove(beacons);
      settle(beacons, "sent", { action: request.action, status });
      // The server is back: now for what was kept while it was not.
      waiting = queue.claim().filter((one) => !isWaiting(one)).concat(waiting);
      return onAnswer(request, answer);
    }
    if (!RETRYABLE.test(String(status))) {
      queue.remove(beacons);
      losses.lose("refused", beacons.length);
      return settle(beacons, "lost", { reason: `status ${status}: ${answer.text.slice(0, 500)}`, willRetry: false });
    }
    isFailing = true;
    const wait = retryDelay({ tries: request.tries, since: request.since, now: now(), retryAfter, jitter: jitter() });
    const reason = status ? `status ${status}` : "no answer";
    if (wait === undefined) {
      blockedUntil = now() + Math.max(PAUSE_MS, parseRetryAfter(retryAfter, now()) || 0);
      return keep(beacons, reason);
    }
    blockedUntil = now() + wait;
    retry = request;
    report(beacons, { reason, willRetry: true });
  };

  /** Give to the browser, which sends it even when the page is gone, and tells nobody whether it could. */
  const hand = (/** @type {Beacon[]} */ beacons) => {
    for (const batch of splitBatches(beacons, sizeOf, BATCH)) {
      const request = newRequest(batch, "collect");
      request.lost = losses.report();
      const { url, body } = encode(request);
      const isTaken = platform.beacon(url, body);
      if (isTaken) losses.reported(request.lost);
      // A server that did not answer lately may not answer now: then the next page sends it again, and the server, which
      // knows an event by its id, takes it once.
      if (isTaken && !isFailing) settle(batch, "handed", { action: "collect", status: 0 });
      else keep(batch, isTaken ? "no answer lately" : "beacon refused");
      if (isTaken || !platform.post) continue;
      platform
        .post(url, body, { keepalive: platform.keepsAlive, timeoutMs: TIMEOUT_MS })
        .then(({ status }) => status < 300 && queue.remove(batch))
        .catch(() => {});
    }
  };

  /** Hand over everything that is not on its way. */
  const flush = (/** @type {boolean} */ isLeaving) => {
    const beacons = (retry ? retry.beacons : []).concat(waiting);
    // A request that dies with the page is no way out of it.
    if (isLeaving && inFlight && !platform.keepsAlive) beacons.unshift(...inFlight.beacons);
    retry = undefined;
    waiting = isLeaving ? [] : beacons.filter(({ stored }) => stored);
    hand(beacons.filter(({ stored }) => !stored));
    if (isLeaving) queue.release();
  };

  const keep = (/** @type {Beacon[]} */ beacons, /** @type {string} */ reason) => {
    queue.keep(beacons);
    settle(beacons, "kept", { reason, willRetry: true });
  };

  /** @type {(beacons: Beacon[], outcome: Outcome, detail: any) => void} */
  const settle = (beacons, outcome, detail) => {
    report(beacons, detail);
    for (const beacon of beacons) beacon.settle?.(outcome);
  };

  const report = (/** @type {Beacon[]} */ beacons, /** @type {any} */ detail) => {
    for (const { rule, xdm } of beacons) {
      notify("reason" in detail ? "onEventFailed" : "onEventSent", Object.assign({ rule, xdm }, detail));
    }
  };

  const isWaiting = (/** @type {Beacon} */ { xdm }) => waiting.some((one) => one.xdm._id === xdm._id);

  const jitter = () => /** @type {number} */ (platform.random(1)[0]) / 256;

  return {
    add: (/** @type {Beacon} */ beacon) => {
      waiting.push(beacon);
      if (beacon.unloading) return flush(false);
      if (waiting.length > MAX_WAITING) keep(waiting.splice(0, 1), "too many wait");
      schedule(BATCH_MS);
    },
    flush,
    /** Send what earlier pages could not. */
    resume: () => {
      waiting = queue.claim().concat(waiting);
      schedule(BATCH_MS);
    },
    /** Consent was withdrawn: throw away what needs it. */
    drop: (/** @type {(beacon: Beacon) => boolean} */ isRefused) => {
      const before = waiting.concat(retry ? retry.beacons : []);
      if (retry) retry.beacons = retry.beacons.filter((one) => !isRefused(one));
      if (retry && !retry.beacons.length) retry = undefined;
      waiting = waiting.filter((one) => !isRefused(one));
      for (const beacon of before) if (isRefused(beacon)) beacon.settle?.("denied");
    },
  };
};
