/** @import {Answer, Beacon, Core, EdgeRequest} from '../types.js' */
import { attempt } from "../engine/attempt.js";
import { stringify } from "../engine/stringify.js";
import { parseRetryAfter, retryDelay } from "./retryDelay.js";
import { takeBatch } from "./takeBatch.js";

/** Events that happen together go out together. */
const BATCH_MS = 50;
/** A page's requests that outlive it may have 64 KiB in all. */
const MAX_KEEPALIVE_BYTES = 6e4;
/** Events that wait in memory for the answer to those before them; more go to storage. */
const MAX_WAITING = 100;
/** A server that has not answered after so long may not do so at all. */
const SLOW_MS = 1000;

/**
 * Sends events: one request at a time and in order while the page lives, by beacon when it goes away. What cannot be sent
 * is in storage until the server has it, so that it outlives the tab; what cannot be kept is counted.
 *
 * @param {Pick<Core, "encode" | "fail" | "identity" | "losses" | "notify" | "platform" | "queue">} core
 * @param {(request: EdgeRequest, answer: Answer) => void} onAnswer
 * @returns {Core["outbox"]}
 */
export const createOutbox = ({ encode, fail, identity, losses, notify, platform, queue }, onAnswer) => {
  const { now, random, root } = platform;
  /** @type {Beacon[]} */
  let waiting = [];
  /** @type {EdgeRequest | undefined} */
  let inFlight;
  /** How often the same events were tried, and when last. */
  let tries = 0;
  let since = 0;
  let blockedUntil = 0;
  /** What the server said itself. */
  let toldUntil = 0;
  /** Whether storage has what the server has not: then it has everything that waits. */
  let isFailing = false;
  let isScheduled = false;

  const bytesOf = (/** @type {string} */ text) => new TextEncoder().encode(text).length;

  /** With the first of what waits. @type {(action: "interact" | "collect") => EdgeRequest} */
  const newRequest = (action) => {
    const beacons = takeBatch(waiting, ({ xdm }) => bytesOf(stringify(xdm)));
    const lost = losses.take();
    return { action, beacons, lost, ...encode({ action, beacons, lost }) };
  };

  /** Before what waits, in order. */
  const requeue = (/** @type {Beacon[]} */ beacons) => {
    waiting = beacons.concat(waiting);
  };

  /** What storage has for the server. */
  const recall = () => isFailing && requeue(queue.take());

  /** @type {(hook: "onEventSent" | "onEventFailed", beacons: Beacon[], detail: any) => void} */
  const tell = (hook, beacons, detail) =>
    beacons.forEach(({ rule, xdm }) => notify(hook, { rule, xdm, ...detail }));

  const keep = (/** @type {Beacon[]} */ beacons, reason = "no answer") => {
    isFailing = true;
    queue.keep(beacons);
    tell("onEventFailed", beacons, { reason, willRetry: true });
  };

  const schedule = (/** @type {number} */ ms) => {
    if (isScheduled || inFlight || !(waiting.length || isFailing)) return;
    isScheduled = true;
    platform.delay(run, Math.max(ms, blockedUntil - now()));
  };

  const run = () => {
    isScheduled = false;
    // A server that was just busy wants its pause.
    if (inFlight || blockedUntil > now()) return schedule(0);
    recall();
    // What was there may have gone by beacon, or from another tab.
    if (!waiting.length) return void (isFailing = false);
    const request = newRequest(identity.isDue() ? "interact" : "collect");
    if ((request.isKept = isFailing)) queue.keep(request.beacons.concat(waiting.splice(0)));
    const { body, url } = (inFlight = request);
    since = now();
    tries++;
    platform
      .post(url, body, platform.keepsAlive && bytesOf(body) < MAX_KEEPALIVE_BYTES)
      .catch(() => ({ status: 0, text: "" }))
      .then((answer) => {
        inFlight = undefined;
        conclude(request, answer);
      })
      .catch((error) => fail(null, "transport", error))
      .then(() => schedule(0));
  };

  /** @type {(request: EdgeRequest, answer: Answer) => void} */
  const conclude = (request, answer) => {
    const { action, beacons, isKept, lost } = request;
    const { status, retryAfter, text } = answer;
    const reason = `status ${status} ${text.slice(0, 500)}`;
    // Who answers something else than JSON is not the server, but stands in front of it.
    const isTaken = /^2/.test(/** @type {any} */ (status)) && (!text || attempt(() => JSON.parse(text)));
    if (!isTaken) losses.back(lost);
    if (!isTaken && /^(0|429|[25]..)$/.test(/** @type {any} */ (status))) {
      const told = parseRetryAfter(retryAfter, now());
      toldUntil = now() + (told || 0);
      blockedUntil = now() + retryDelay({ tries, told, jitter: /** @type {any} */ (random(1)[0]) / 256 });
      if (!isKept) requeue(beacons);
      return keep(waiting.splice(0), reason);
    }
    tries = 0;
    if (isKept) queue.drop((one) => beacons.some(({ xdm }) => xdm._id === one.xdm._id));
    if (isTaken) {
      tell("onEventSent", beacons, { action, status });
      return onAnswer(request, answer);
    }
    losses.lose("refused", beacons.length);
    tell("onEventFailed", beacons, { reason, willRetry: false });
  };

  /** Hand what waits to the browser, which sends it even when the page is gone, and tells nobody whether it could. */
  const handOver = () => {
    // A server that asked for a pause is not to hear of anybody.
    if (toldUntil > now()) keep(waiting.splice(0));
    while (waiting.length) {
      const { action, beacons, body, lost, url } = newRequest("collect");
      const isTaken = platform.beacon(url, body);
      // A server that did not answer lately may not answer now: then the next page sends it again, and the server, which
      // knows an event by its id, takes it once.
      if (isTaken && !isFailing) tell("onEventSent", beacons, { action, status: 0 });
      else {
        losses.back(lost);
        keep(beacons);
      }
    }
  };

  platform.listen(root, "online", () => {
    blockedUntil = toldUntil;
    isScheduled = false;
    schedule(0);
  });

  return {
    /** @type {Core["outbox"]["flush"]} */
    flush: (isLeaving) => {
      const isSlow = !root.navigator.onLine || (inFlight && now() - since > SLOW_MS);
      if (isSlow) isFailing = true;
      // A request that dies with the page is no way out of it, and one that had no answer for so long none to rely on.
      if (inFlight && !inFlight.isKept && (isSlow || (isLeaving && !platform.keepsAlive))) {
        requeue(inFlight.beacons);
        inFlight.isKept = true;
      }
      recall();
      handOver();
    },
    add: (beacon, isLast) => {
      waiting.push(beacon);
      if (isLast) return handOver();
      if (isFailing || waiting.length > MAX_WAITING) keep(waiting.splice(0));
      schedule(BATCH_MS);
    },
    /** Send what earlier pages could not. */
    resume: () => {
      const kept = queue.take();
      if (kept.length) keep(kept);
      schedule(BATCH_MS);
    },
    /** Consent was withdrawn: throw away what needs it. */
    drop: (isRefused) => {
      waiting = waiting.filter((beacon) => !isRefused(beacon));
      queue.drop(isRefused);
    },
  };
};
