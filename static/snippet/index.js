/** @import {Container, Core, Modules, Platform, QueuedCall, Tools} from './types.js' */
import { createCommands } from "./commands.js";
import { COLLECT, createConsent } from "./consent/consent.js";
import { createEnter } from "./consent/enter.js";
import { at } from "./engine/at.js";
import { attempt } from "./engine/attempt.js";
import { cleanText } from "./engine/cleanText.js";
import { createElements } from "./engine/elements.js";
import { matchTarget } from "./engine/matchTarget.js";
import { newScope } from "./engine/newScope.js";
import { createPage } from "./engine/page.js";
import { parseUrl } from "./engine/parseUrl.js";
import { pathOf } from "./engine/pathOf.js";
import { plain } from "./engine/plain.js";
import { createResolve } from "./engine/resolve.js";
import { createRules } from "./engine/rules.js";
import { createSignals } from "./engine/signals.js";
import { text } from "./engine/text.js";
import { createCookies } from "./identity/cookies.js";
import { createIdentity } from "./identity/identity.js";
import { uuid } from "./identity/uuid.js";
import { createMonitor } from "./monitor.js";
import { applyAnswer } from "./transport/applyAnswer.js";
import { createEncode } from "./transport/encodeRequest.js";
import { createLosses } from "./transport/losses.js";
import { createOutbox } from "./transport/outbox.js";
import { createQueue } from "./transport/queue.js";
import { createStorage } from "./transport/storage.js";
import { assemble } from "./xdm/assemble.js";
import { createContext } from "./xdm/context.js";
import { map } from "./xdm/map.js";
import { merge } from "./xdm/merge.js";
import { prune } from "./xdm/prune.js";

/**
 * The composition root: everything that the snippet is made of is put together here, in order, and started by `start`.
 *
 * @param {{container: Container, modules: Modules, platform: Platform, version: string}} given
 */
export const createSnippet = ({ container: given, modules, platform, version }) => {
  // A copy without prototypes: what a page added to Object.prototype is no setting.
  /** @type {Container} */
  const container = plain(given, Infinity);
  const { property, revision, environment } = container;
  const { now, random } = platform;

  const core = /** @type {Core} */ ({ container, modules, platform, version, edge: container.edge || platform.origin });
  core.gates = [];
  core.commands = {};
  core.notify = createMonitor(core);
  core.fail = (...failure) => rules.fail(...failure);

  // Who the visitor is, and what may be kept of that.
  core.cookies = createCookies(core);
  core.consent = createConsent(core, createStorage(platform.storage, `heliograph-consent.${property.id}.`, () => true));
  core.isGranted = (purpose) => core.consent.state(purpose) === "granted";
  core.isDenied = (purpose) => core.consent.state(purpose) === "denied";
  core.isAllowed = () => core.isGranted(COLLECT);
  core.storage = createStorage(platform.storage, `heliograph.${property.id}.`, core.isAllowed);
  core.identity = createIdentity(core);

  // The way out.
  core.losses = createLosses(core);
  core.enter = createEnter(core);
  core.queue = createQueue(core);
  core.encode = createEncode(core);
  core.outbox = createOutbox(core, ({ action }, { text }) => {
    if (core.isAllowed()) applyAnswer(text, core.cookies);
    if (action === "interact") core.identity.renewed();
    core.emit("@consent");
  });

  // What rules see and do.
  Object.assign(core, createSignals(core));
  core.page = createPage(core);
  core.elements = createElements(core);
  const context = createContext(core);
  const resolve = createResolve(core);

  /** @type {Tools["draft"]} */
  const draft = (eventType, entries, scope) => ({
    head: merge({ _id: uuid(random), timestamp: new Date(now()).toISOString(), eventType }, context()),
    assignments: map(container.base.concat(entries), scope, resolve),
    consent: scope.consent,
    rule: scope.rule,
    unloading: scope.unloading,
  });

  /** @type {Tools["send"]} */
  const send = ({ head, assignments, over = {}, consent, rule, unloading }) => {
    const at = now();
    const finish = () => prune(merge(merge(head, assemble(assignments, core.isGranted)), over));
    const waitsFor = core.enter(consent, () => core.outbox.add({ xdm: finish(), consent, rule, at }, unloading));
    if (waitsFor.length) core.notify("onEventQueued", { rule, xdm: finish(), waitsFor });
  };

  /** @type {Tools["say"]} */
  const say = (choices) => {
    core.consent.say(choices);
    if (core.isAllowed()) core.storage.persist();
    if (core.isDenied(COLLECT)) {
      core.storage.clear();
      core.identity.forget();
    }
    core.outbox.drop(({ consent }) => consent.some(core.isDenied));
    core.emit("@consent");
  };

  /** @type {Tools["call"]} */
  const call = (name, detail) => core.emit("@call", { name, detail });

  core.tools = /** @type {Tools} */ ({
    ...platform,
    on: core.on,
    page: core.page,
    elements: core.elements,
    match: (event, target, exact) => matchTarget(pathOf(event).slice(0, exact ? 1 : undefined), target, core.tools.hasRole),
    cookie: core.cookies.read,
    consent: core.consent.state,
    at,
    cleanText,
    textOf: text,
    plain,
    parseUrl,
    resolve,
    draft,
    send,
    say,
    call,
  });
  for (const name of Object.keys(modules)) if (/^parts/.test(name)) Object.assign(core.tools, modules[name](core));
  const rules = createRules(core);

  // What the page can call.
  const command = createCommands({
    commands: core.commands,
    purposes: container.consent.purposes.concat(COLLECT),
    track: (eventType, over) => core.tools.send({ ...draft(eventType, [], newScope(null, [COLLECT], { facts: {} })), over }),
    call,
    consent: say,
    identity: () =>
      new Promise((resolve, reject) => {
        core.enter(
          [COLLECT],
          () => resolve({ ECID: /** @type {string} */ (core.identity.ecid()) }),
          () => reject(Error("no consent")),
        );
      }),
  });

  /** @type {(call: QueuedCall) => void} */
  const run = ([resolve, reject, args]) => {
    try {
      resolve(command.apply(null, /** @type {any} */ (args)));
    } catch (error) {
      reject(error);
    }
  };

  return {
    run,
    /**
     * Consent that was said already comes first, then what the data layer already holds, so that everything after sees
     * both.
     * @param {QueuedCall[]} calls
     */
    start: (calls) => {
      const isFirst = (/** @type {QueuedCall} */ [, , args]) => /^on$|debug|onsent/.test(/** @type {string} */ (args[0]));
      rules.start();
      calls.filter(isFirst).forEach(run);
      attempt(() => core.emit("@begin"));
      calls.filter((call) => !isFirst(call)).forEach(run);
      core.notify("onStarted", { property: property.id, environment, revision, version, rules: container.rules.map(({ id }) => id) });
      platform.onUrlChange(core.page.location);
      platform.onHide((isLeaving) => {
        core.emit("@hide");
        core.outbox.flush(isLeaving);
      });
      core.emit("@immediately");
      platform.whenReady("dom-ready", () => core.emit("@dom-ready"));
      platform.whenReady("window-loaded", () => core.emit("@window-loaded"));
      // The first look into localStorage costs as much as all of the above.
      platform.delay(core.outbox.resume, 0);
    },
    stop: () => platform.undos.splice(0).forEach(attempt),
  };
};
