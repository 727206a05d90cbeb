/** @import {Platform} from '../types.js' */
import { own } from "../engine/own.js";

/**
 * The browser. What pages or other scripts may replace is taken when this is made; what browsers may lack or forbid
 * answers as if it were empty.
 *
 * @returns {Platform}
 */
export const createBrowser = () => {
  const root = window;
  const { document, navigator, history } = root;
  const { fetch, setTimeout, clearTimeout, AbortController, console } = root;
  const crypto = attempt(() => root.crypto);
  const sendBeacon = navigator.sendBeacon;
  const keepsAlive = !!attempt(() => "keepalive" in root.Request.prototype);

  /** @type {(() => void)[]} */
  const undos = [];

  /** @type {(target: EventTarget, type: string, listener: (event: any) => void) => void} */
  const listen = (target, type, listener) => {
    const safely = (/** @type {Event} */ event) => void attempt(() => listener(event));
    target.addEventListener(type, safely, LISTEN);
    undos.push(() => target.removeEventListener(type, safely, LISTEN));
  };

  const patchHistory = (/** @type {"pushState" | "replaceState"} */ name, /** @type {() => void} */ run) => {
    const native = history[name];
    const wasOwn = own(history, name);
    const patched = function () {
      // @ts-expect-error the page's `this` and arguments
      const result = Reflect.apply(native, this, arguments);
      attempt(run);
      return result;
    };
    history[name] = patched;
    undos.push(() => {
      if (history[name] !== patched) return;
      if (wasOwn) history[name] = native;
      else delete (/** @type {any} */ (history)[name]);
    });
  };

  /** Measuring makes the browser lay out the page, so once a size is enough. @type {{width: number, height: number} | undefined} */
  let viewport;
  listen(root, "resize", () => (viewport = undefined));

  return {
    now: () => Date.now(),
    timezoneOffset: () => new Date().getTimezoneOffset(),
    timeZone: () => attempt(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
    random: (count) => {
      const bytes = new Uint8Array(count);
      if (crypto && crypto.getRandomValues) return crypto.getRandomValues(bytes);
      return bytes.map(() => Math.random() * 256);
    },
    delay: (run, ms) => {
      const timer = setTimeout(() => attempt(run), ms);
      return () => clearTimeout(timer);
    },

    root,
    scriptOrigin: () => attempt(() => new URL(/** @type {HTMLScriptElement} */ (document.currentScript).src).origin) || root.location.origin,
    url: () => root.location.href,
    title: () => document.title,
    referrer: () => document.referrer,
    screen: () => {
      const { width, height, orientation } = root.screen;
      return { width, height, orientation: orientation && orientation.type };
    },
    viewport: () => {
      const { clientWidth, clientHeight } = document.documentElement;
      return (viewport = viewport || { width: clientWidth, height: clientHeight });
    },
    highEntropyHints: () =>
      attempt(() =>
        /** @type {any} */ (navigator).userAgentData.getHighEntropyValues([
          "architecture",
          "bitness",
          "model",
          "platformVersion",
          "wow64",
        ]),
      ),

    listen: (type, listener) => listen(root, type, listener),
    onUrlChange: (run) => {
      const { navigation } = /** @type {any} */ (root);
      // Hears of calls that a router took hold of before we came, without a patch.
      if (navigation && navigation.addEventListener) listen(navigation, "currententrychange", run);
      else {
        patchHistory("pushState", run);
        patchHistory("replaceState", run);
      }
      listen(root, "popstate", run);
      listen(root, "hashchange", run);
    },
    whenReady: (phase, run) => {
      const isLoaded = phase === "window-loaded";
      if (document.readyState === "complete" || (!isLoaded && document.readyState === "interactive")) return run();
      listen(isLoaded ? root : document, isLoaded ? "load" : "DOMContentLoaded", run);
    },
    whenShown: (run) => {
      if (/** @type {any} */ (document).prerendering) listen(document, "prerenderingchange", run);
      else run();
    },
    onHide: (run) => {
      listen(document, "visibilitychange", () => document.visibilityState === "hidden" && run(false));
      listen(root, "pagehide", () => run(true));
    },
    observe: (run) => {
      const observer = new MutationObserver(() => attempt(run));
      observer.observe(document, { childList: true, characterData: true, subtree: true });
      return () => observer.disconnect();
    },
    find: (selector) => document.querySelector(selector) || undefined,
    isSelector: (selector) => attempt(() => (document.createDocumentFragment().querySelector(selector), true)) || false,

    cookies: () => attempt(() => document.cookie) || "",
    setCookie: (text) => void attempt(() => (document.cookie = text)),
    storage: attempt(() => root.localStorage) || undefined,

    // A text is sent as text/plain;charset=UTF-8, which needs no preflight.
    post:
      fetch &&
      ((url, body, { keepalive, timeoutMs }) =>
        new Promise((resolve, reject) => {
          const controller = AbortController && new AbortController();
          const timer = setTimeout(() => {
            reject(new Error("no answer in time"));
            if (controller) controller.abort();
          }, timeoutMs);
          const init = { method: "POST", body, keepalive, credentials: "include", signal: controller && controller.signal };
          fetch(url, /** @type {any} */ (bare(init)))
            .then((answer) =>
              answer.text().then((text) => {
                resolve({ status: answer.status, retryAfter: answer.headers.get("retry-after"), text });
              }),
            )
            .catch(reject)
            .then(() => clearTimeout(timer));
        })),
    keepsAlive,
    beacon: (url, body) => !!attempt(() => Reflect.apply(sendBeacon, navigator, [url, body])),

    log: (...texts) => console.info(...texts),
    undo: () => undos.splice(0).forEach((undo) => attempt(undo)),
  };
};

/** What `run` answers, or undefined when it throws. @type {<Result>(run: () => Result) => Result | undefined} */
const attempt = (run) => {
  try {
    return run();
  } catch {
    return undefined;
  }
};

/** The same options without a prototype: what a page added to Object.prototype is none of them. */
const bare = (/** @type {object} */ options) => Object.assign(Object.create(null), options);

/** On the way down, before the page's own listeners; and never in the way of scrolling. */
const LISTEN = bare({ capture: true, passive: true });
