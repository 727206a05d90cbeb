/** @import {Platform} from '../types.js' */
import { attempt } from "../engine/attempt.js";

/** Requests without an answer after so long have none. */
const TIMEOUT_MS = 5000;

/**
 * The browser. What pages or other scripts may replace is taken when this is made.
 *
 * @returns {Platform}
 */
export const createBrowser = () => {
  const root = window;
  const { document, navigator, history, fetch, setTimeout, clearTimeout, AbortSignal, crypto } = root;
  const { sendBeacon } = navigator;

  /** @type {(() => void)[]} */
  const undos = [];

  /** @type {Platform["listen"]} */
  const listen = (target, type, listener) => {
    const safely = (/** @type {Event} */ event) => void attempt(() => listener(event));
    target.addEventListener(type, safely, LISTEN);
    undos.push(() => target.removeEventListener(type, safely, LISTEN));
  };

  /** @type {Platform["delay"]} */
  const delay = (run, ms) => {
    const timer = setTimeout(() => attempt(run), ms);
    return () => clearTimeout(timer);
  };

  /** Whether DOMContentLoaded has begun, so that waiting for it would be for ever. */
  const hasParsed = () =>
    document.readyState === "interactive" &&
    // Deprecated, and everywhere. Where nobody can tell, too early is better than never.
    attempt(() => root.performance.timing.domContentLoadedEventStart) !== 0;

  const patchHistory = (/** @type {"pushState" | "replaceState"} */ name, /** @type {() => void} */ run) => {
    const native = history[name];
    const patched = (history[name] = function () {
      const result = native.apply(this, /** @type {any} */ (arguments));
      attempt(run);
      return result;
    });
    undos.push(() => {
      if (history[name] === patched) history[name] = native;
    });
  };

  return {
    root,
    document,
    now: () => Date.now(),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    delay,
    storage: attempt(() => root.localStorage),
    origin: attempt(() => new URL(/** @type {HTMLScriptElement} */ (document.currentScript).src).origin) || root.location.origin,

    listen,
    onUrlChange: (run) => {
      const { navigation } = /** @type {any} */ (root);
      // Hears of calls that a router took hold of before we came, without a patch.
      if (navigation) listen(navigation, "currententrychange", run);
      else {
        // A page may have frozen it: then routes are noticed at the next look.
        attempt(() => patchHistory("pushState", run));
        attempt(() => patchHistory("replaceState", run));
      }
      listen(root, "popstate", run);
      listen(root, "hashchange", run);
    },
    whenReady: (phase, run) => {
      const isDom = phase === "dom-ready";
      // "interactive" begins before the page's own deferred scripts run: what they tell would be missed. In a task of its
      // own when it is past: this one has the whole start to do already.
      if (document.readyState === "complete" || (isDom && hasParsed())) delay(run, 0);
      else listen(root, isDom ? "DOMContentLoaded" : "load", run);
    },
    whenShown: (run) => {
      if (/** @type {any} */ (document).prerendering) listen(document, "prerenderingchange", run);
      else run();
    },
    onHide: (run) => {
      listen(document, "visibilitychange", () => document.visibilityState === "hidden" && run(false));
      listen(root, "pagehide", () => run(true));
    },
    observe: (run, also, node = document) => {
      const observer = attempt(() => new MutationObserver(() => attempt(run)));
      if (!observer) return () => {};
      observer.observe(node, bare({ childList: true, characterData: true, subtree: true, ...also }));
      return () => observer.disconnect();
    },

    keepsAlive: !!attempt(() => "keepalive" in root.Request.prototype),
    // A text is sent as text/plain;charset=UTF-8, which needs no preflight.
    post: (url, body, keepalive) =>
      fetch(
        url,
        bare({
          method: "POST",
          body,
          keepalive,
          credentials: "include",
          // Browsers of before 2022 wait as long as they like.
          signal: attempt(() => AbortSignal.timeout(TIMEOUT_MS)),
        }),
      ).then((answer) =>
        answer.text().then((text) => ({ status: answer.status, retryAfter: answer.headers.get("retry-after"), text })),
      ),
    beacon: (url, body) => attempt(() => sendBeacon.call(navigator, url, body)),

    undos,
  };
};

/** The same options without a prototype: what a page added to Object.prototype is none of them. */
const bare = (/** @type {object} */ options) => Object.assign(Object.create(null), options);

/** On the way down, before the page's own listeners; and never in the way of scrolling. */
const LISTEN = bare({ capture: true, passive: true });
