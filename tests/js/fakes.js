/**
 * The world as the snippet's tests need it: a platform with a clock, a network and a storage that the test holds in its
 * hands. There is no DOM in it: what needs one runs in a real browser (e2e/).
 */
import { readdirSync } from "node:fs";
import { createSnippet } from "../../static/snippet/index.js";

const SNIPPET = new URL("../../static/snippet/", import.meta.url);

/** localStorage in memory; `isFull`: it refuses to take anything. */
export const fakeStorage = ({ isFull = false } = {}) => {
  const area = {};
  const method = (name, value) => Object.defineProperty(area, name, { value, enumerable: false });
  method("getItem", (key) => (Object.hasOwn(area, key) ? area[key] : null));
  method("setItem", (key, value) => {
    if (isFull) throw new Error("QuotaExceededError");
    area[key] = String(value);
  });
  method("removeItem", (key) => delete area[key]);
  return area;
};

/** A document whose cookies work like a browser's for one host, as far as the snippet can see. */
export const fakeDocument = (hostname) => {
  const jar = new Map();
  return {
    title: "Title",
    referrer: "",
    documentElement: { clientWidth: 800, clientHeight: 600 },
    querySelector: () => null,
    get cookie() {
      return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    },
    set cookie(text) {
      const [pair, ...attributes] = text.split(";");
      const [, domain] = /domain=([^;]*)/.exec(text) || [];
      // A public suffix, and what is not the page's own, takes no cookies.
      if (domain && (!domain.includes(".") || !("." + hostname).endsWith("." + domain))) return;
      const mark = pair.indexOf("=");
      if (attributes.some((one) => one.trim() === "max-age=0")) jar.delete(pair.slice(0, mark));
      else jar.set(pair.slice(0, mark), pair.slice(mark + 1));
    },
  };
};

/**
 * `world.platform` for the snippet; the rest for the test: `advance(ms)` runs the timers, `requests` is what was sent (each
 * with `answer({status, …})`), `beacons` what was handed over at unload, `fire(type, event)` a DOM event.
 */
export const fakeWorld = ({ url = "https://www.shop.example/", storage = fakeStorage(), keepsAlive = true, takesBeacons = true, globals = {} } = {}) => {
  const location = new URL(url);
  const listeners = {};
  let now = Date.parse("2026-01-02T03:04:05.678Z");
  let timers = [];
  let hide = () => {};
  let look = () => {};
  const ready = {};

  const world = {
    requests: [],
    beacons: [],
    location,
    storage,
    get now() {
      return now;
    },
    fire: (type, event) => (listeners[type] || []).forEach((listener) => listener(event)),
    /** As scripts of a page do it that has been there for a while. */
    goTo: (next) => {
      world.becomeReady("dom-ready");
      location.href = new URL(next, location).href;
      look();
    },
    /** Once: a phase that is past does not come again. */
    becomeReady: (phase) => (ready[phase] || []).splice(0).forEach((run) => run()),
    hide: (isLeaving = false) => hide(isLeaving),
    settle: () => new Promise((resolve) => setImmediate(resolve)),
    /** Timers that are due run in their order, and what they promised is waited for. */
    advance: async (ms) => {
      const end = now + ms;
      for (;;) {
        timers.sort((one, other) => one.at - other.at);
        const [next] = timers;
        if (!next || next.at > end) break;
        timers.shift();
        now = next.at;
        next.run();
        await world.settle();
      }
      now = end;
      await world.settle();
    },
    bodies: () => [...world.requests, ...world.beacons].map(({ body }) => JSON.parse(body)),
    sent: () => world.bodies().flatMap(({ events }) => events.map(({ xdm }) => xdm)),
  };

  const document = fakeDocument(location.hostname);
  world.document = document;
  world.platform = {
    root: {
      location,
      screen: { width: 1280, height: 720, orientation: { type: "landscape-primary" } },
      Date,
      Intl,
      navigator: { onLine: true },
      heliographMonitors: [],
      ...globals,
    },
    document,
    now: () => now,
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
    delay: (run, ms) => {
      const timer = { run, at: now + ms };
      timers.push(timer);
      return () => (timers = timers.filter((one) => one !== timer));
    },
    storage,
    origin: "https://www.shop.example",
    listen: (target, type, listener) => (listeners[type] = listeners[type] || []).push(listener),
    onUrlChange: (run) => (look = run),
    whenReady: (phase, run) => (ready[phase] = ready[phase] || []).push(run),
    whenShown: (run) => run(),
    onHide: (run) => (hide = run),
    observe: () => () => {},
    keepsAlive,
    post: (address, body, keepalive) =>
      new Promise((resolve, reject) => {
        const answer = async (given) => {
          resolve({ status: 204, text: "", ...given });
          await world.settle();
        };
        const fail = async () => {
          reject(new Error("network"));
          await world.settle();
        };
        world.requests.push({ url: address, body, keepalive, answer, fail });
      }),
    beacon: (address, body) => {
      if (takesBeacons) world.beacons.push({ url: address, body });
      return takesBeacons;
    },
    undos: [],
  };
  return world;
};

/** All fragments, by the names they have in a build. */
export const loadModules = async () => {
  const modules = {};
  for (const [folder, kind] of [
    ["modules/events", "events"],
    ["modules/dataElements", "dataElements"],
    ["modules/actions", "actions"],
    ["pipes", "pipes"],
    ["parts", "parts"],
  ]) {
    for (const file of readdirSync(new URL(folder, SNIPPET)).filter((one) => one.endsWith(".js"))) {
      const { default: module } = await import(new URL(`${folder}/${file}`, SNIPPET));
      const name = kind === "pipes" || kind === "parts" ? file.slice(0, -3) : await typeOf(folder, file);
      modules[`${kind}/${name}`] = module;
    }
  }
  return modules;
};

const typeOf = async (folder, file) => {
  const { default: description } = await import(new URL(`${folder}/${file}on`, SNIPPET), { with: { type: "json" } });
  return description.type;
};

export const aContainer = (sections = {}) => ({
  format: 1,
  property: { id: "shop" },
  environment: "production",
  revision: "r1",
  orgId: "SHOP@AdobeOrg",
  datastream: "ds",
  edge: null,
  basePath: "ee",
  consent: { default: "granted", purposes: ["collect", "personalize"], queueEvents: 50, queueSeconds: 1800 },
  privacy: { neverRead: [], keepUrlParams: null },
  dataLayer: { type: "acdl", name: "adobeDataLayer", resetOnRoute: ["product"] },
  base: [],
  dataElements: {},
  rules: [],
  ...sections,
});

/** What happens when `event` is pushed to the data layer; its XDM is given as entries `[path, template]`. */
export const aRule = ({ event = "e", xdm = [], settings = {}, ...keys } = {}) => ({
  id: "a-rule",
  events: [{ module: "data-layer", settings: { event } }],
  consent: ["collect"],
  actions: [
    {
      module: "send-event",
      settings: { eventType: "t", xdm: xdm.map(([path, value]) => ({ path: path.split("."), value })), ...settings },
    },
  ],
  ...keys,
});

/** A running snippet in a fake world. `calls`: what the page said before it came. */
export const aSnippet = async (container, { world = fakeWorld(), modules, calls = [], monitor } = {}) => {
  const all = modules || (await loadModules());
  if (monitor) world.platform.root.heliographMonitors.push(monitor);
  const snippet = createSnippet({ container, modules: all, platform: world.platform, version: "0" });
  const call = (...args) => new Promise((resolve, reject) => snippet.run([resolve, reject, args]));
  snippet.start(calls.map((args) => [() => {}, () => {}, args]));
  return { world, snippet, call, push: (...items) => world.platform.root.adobeDataLayer.push(...items) };
};
