/** @import {Beacon, Container, Modules, Platform, QueuedCall, Tools} from './types.js' */
import { createCommands } from "./commands.js";
import { COLLECT, createConsent } from "./consent/consent.js";
import { createGate } from "./consent/gate.js";
import { at } from "./engine/at.js";
import { createDataLayer } from "./engine/dataLayer.js";
import { duration } from "./engine/duration.js";
import { createElements } from "./engine/elements.js";
import { eventPath } from "./engine/eventPath.js";
import { createLimits } from "./engine/limits.js";
import { createLinks } from "./engine/links.js";
import { matchTarget } from "./engine/matchTarget.js";
import { newScope } from "./engine/newScope.js";
import { createPage } from "./engine/page.js";
import { parseUrl } from "./engine/parseUrl.js";
import { createPipes } from "./engine/pipes.js";
import { plain } from "./engine/plain.js";
import { createResolve } from "./engine/resolve.js";
import { createRules } from "./engine/rules.js";
import { createSignals } from "./engine/signals.js";
import { createCookies } from "./identity/cookies.js";
import { createIdentity } from "./identity/identity.js";
import { uuid } from "./identity/uuid.js";
import { createMonitor } from "./monitor.js";
import { applyAnswer } from "./transport/applyAnswer.js";
import { encodeRequest } from "./transport/encodeRequest.js";
import { createLosses } from "./transport/losses.js";
import { createOutbox } from "./transport/outbox.js";
import { createQueue } from "./transport/queue.js";
import { createStorage } from "./transport/storage.js";
import { assemble } from "./xdm/assemble.js";
import { createContext } from "./xdm/context/context.js";
import { createHighEntropyHints } from "./xdm/context/highEntropyHints.js";
import { map } from "./xdm/map.js";
import { merge } from "./xdm/merge.js";
import { prune } from "./xdm/prune.js";

/**
 * The composition root: everything that the snippet is made of is put together here, and started by `start`.
 *
 * @param {{
 *   container: Container,
 *   modules: Modules,
 *   platform: Platform,
 *   origin: string,
 *   version: string,
 * }} needs `origin`: the one that served the build
 */
export const createSnippet = ({ container: given, modules, platform, origin, version }) => {
  // A copy without prototypes: what a page added to Object.prototype is no setting.
  /** @type {Container} */
  const container = plain(given, Infinity);
  const { now, random, root } = platform;
  const notify = createMonitor({ platform });
  const newId = () => uuid(random);
  const fail = (/** @type {unknown} */ error) => rules.fail(null, "snippet", error);
  const guard = (/** @type {() => void} */ run) => {
    try {
      run();
    } catch (error) {
      fail(error);
    }
  };

  // Consent and identity.
  const prefix = `kndctr_${container.orgId.replace("@", "_")}_`;
  const area = platform.storage;
  const cookies = createCookies({ platform });
  const consentStorage = createStorage({ area, prefix: `heliograph-consent.${container.property.id}.`, isOpen: () => true });
  const consent = createConsent({ container, cookies, storage: consentStorage, prefix });
  const { isGranted, isDenied } = consent;
  const isAllowed = () => isGranted(COLLECT);
  const storage = createStorage({ area, prefix: `heliograph.${container.property.id}.`, isOpen: isAllowed });
  const identity = createIdentity({ platform, cookies, storage, prefix, isAllowed });

  // The way out.
  const losses = createLosses({ storage });
  const { lose } = losses;
  const gate = createGate({
    isGranted,
    isDenied,
    most: container.consent.queueEvents,
    maxMs: container.consent.queueSeconds * 1000,
    now,
    lose,
  });
  const queue = createQueue({ storage, now, tab: newId(), isGranted, lose });
  const edge = container.edge || origin;
  const hints = (container.context || []).includes("highEntropyUserAgentHints") ? createHighEntropyHints({ platform }) : undefined;

  const isFirstParty = (/** @type {string} */ domain) => {
    const [page, target] = [parseUrl(platform.url(), edge), parseUrl(edge, edge)];
    return domain !== "" && page?.protocol === target?.protocol && `.${target?.hostname}`.endsWith(`.${domain}`);
  };

  const outbox = createOutbox({
    platform,
    identity,
    queue,
    losses,
    notify,
    fail,
    newId,
    encode: (request) => {
      const ecid = identity.ecid();
      const domain = cookies.domain();
      const cookiesEnabled = ecid !== undefined && identity.isKept();
      return encodeRequest(request, {
        container,
        edge,
        now: now(),
        state: {
          domain,
          cookiesEnabled,
          entries:
            isFirstParty(domain) || !cookiesEnabled
              ? undefined
              : cookies.all().filter(([key]) => key.startsWith(prefix)).map(([key, value]) => ({ key, value })),
        },
        ecid: cookiesEnabled ? undefined : ecid,
        under: (xdm) => (hints ? merge(hints(), xdm) : xdm),
      });
    },
    onAnswer: ({ action }, { text }) => {
      if (isAllowed()) applyAnswer(text, prefix, cookies.write);
      if (action === "interact") identity.renewed();
      gate.open();
    },
  });

  // What rules see.
  const signals = createSignals({ platform });
  const { page, look } = createPage({ platform, keepUrlParams: container.privacy.keepUrlParams, emit: signals.emit });
  const elements = createElements({ platform, neverRead: container.privacy.neverRead });
  const dataLayer = createDataLayer({
    root,
    type: container.dataLayer.type,
    name: container.dataLayer.name,
    guard,
    emit: signals.emit,
  });
  const limits = createLimits({ storage, now });
  const resolve = createResolve({
    elements,
    dataElements: container.dataElements,
    pipes: createPipes({ elements, location: () => page.location()?.href || "" }),
    read: ({ module }, settings, scope) => {
      try {
        return modules["dataElements/" + module](settings, tools);
      } catch (error) {
        rules.fail(scope.rule, module, error);
        return undefined;
      }
    },
    report: ({ rule }, error) => rules.fail(rule, "template", error),
  });
  const context = createContext({ platform, page, names: container.context, version });

  /** @type {Tools["draft"]} */
  const draft = (eventType, entries, scope) => ({
    head: merge({ _id: newId(), timestamp: new Date(now()).toISOString(), eventType }, context()),
    assignments: map(container.base, scope, resolve).concat(map(entries, scope, resolve)),
    consent: scope.consent,
    rule: scope.rule,
    unloading: scope.unloading,
  });

  /** @type {Tools["send"]} */
  const send = (made) =>
    new Promise((settle) => {
      const { rule } = made;
      const at = now();
      const finish = () => prune(merge(merge(made.head, assemble(made.assignments, isGranted)), made.over || {}));
      const waitsFor = gate.enter(
        made.consent,
        () => outbox.add({ xdm: finish(), consent: made.consent, rule, unloading: made.unloading, at, settle }),
        settle,
      );
      if (waitsFor.length) notify("onEventQueued", { rule, xdm: finish(), waitsFor });
    });

  /** @type {Tools} */
  const tools = {
    on: signals.on,
    delay: platform.delay,
    observe: platform.observe,
    now,
    page,
    elements,
    match: (event, target, exact) => {
      const path = eventPath(event);
      return matchTarget(exact ? path.slice(0, 1) : path, target, elements);
    },
    ...createLinks({ elements, page }),
    find: platform.find,
    cookie: cookies.read,
    at,
    duration,
    parseUrl: (text) => parseUrl(text, platform.url()),
    root,
    state: dataLayer.state,
    resolve,
    draft,
    send,
  };

  const rules = createRules({ rules: container.rules, modules, tools, limits, isDenied, lose, notify });

  // What the page can call.
  const runCommand = createCommands({
    purposes: [COLLECT, ...container.consent.purposes],
    track: (eventType, xdm) => {
      const scope = newScope(null, [COLLECT], { facts: {} });
      return send({ ...draft(/** @type {string} */ (eventType), [], scope), over: xdm });
    },
    consent: (choices) => {
      consent.say(choices);
      if (isAllowed()) storage.persist();
      if (isDenied(COLLECT)) {
        storage.clear();
        identity.forget();
      }
      const isRefused = (/** @type {Pick<Beacon, "consent">} */ one) => one.consent.some(isDenied);
      outbox.drop(isRefused);
      queue.drop(isRefused);
      gate.open();
    },
    identity: () =>
      new Promise((resolve, reject) => {
        gate.enter(
          [COLLECT],
          () => resolve({ ECID: /** @type {string} */ (identity.ecid()) }),
          () => reject(new Error("there is no identity without consent to collect")),
        );
      }),
  });

  /** @type {(call: QueuedCall) => void} */
  const run = ([resolve, reject, args]) => {
    try {
      const [name, ...others] = /** @type {any} */ (args);
      resolve(runCommand(name, others));
    } catch (error) {
      reject(error);
    }
  };

  /** @type {() => void} */
  let releaseDataLayer = () => {};

  /**
   * Consent that was said already comes first, then what the data layer already holds, so that everything after sees both.
   * @param {QueuedCall[]} calls
   */
  const start = (calls) => {
    const isConsent = (/** @type {QueuedCall} */ call) => call[2][0] === "consent";
    signals.on("route", () => {
      limits.newRoute();
      dataLayer.reset(container.dataLayer.resetOnRoute);
    });
    rules.start();
    calls.filter(isConsent).forEach(run);
    guard(() => (releaseDataLayer = dataLayer.start()));
    calls.filter((call) => !isConsent(call)).forEach(run);
    const { property, environment, revision } = container;
    notify("onStarted", { property: property.id, environment, revision, version, rules: container.rules.map(({ id }) => id) });
    platform.onUrlChange(look);
    platform.onHide((isLeaving) => {
      signals.emit("hide");
      outbox.flush(isLeaving);
    });
    signals.emit("immediately");
    platform.whenReady("dom-ready", () => signals.emit("dom-ready"));
    platform.whenReady("window-loaded", () => signals.emit("window-loaded"));
    outbox.resume();
  };

  return {
    start,
    run,
    stop: () => {
      platform.undo();
      releaseDataLayer();
    },
  };
};
