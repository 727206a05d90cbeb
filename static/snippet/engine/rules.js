/** @import {Condition, LossReason, Modules, Notify, Occurrence, Rule, Scope, Template, Tools, Verdict} from '../types.js' */
import { evaluate } from "./evaluate.js";
import { newScope } from "./newScope.js";
import { createRuleQueue } from "./ruleQueue.js";

/** After so many throws a rule is switched off for the page. */
const MAX_ERRORS = 10;

/**
 * Runs the rules. Everything that an occurrence means for a rule is decided and resolved while the event happens, before
 * the page can change; what is left to do is in the rule's own queue.
 *
 * @param {{
 *   rules: Rule[],
 *   modules: Modules,
 *   tools: Tools,
 *   limits: {allows(limit: any, rule: string, key: unknown): boolean, touch(): void},
 *   isDenied: (purpose: string) => boolean,
 *   lose: (reason: LossReason) => void,
 *   notify: Notify,
 * }} needs
 */
export const createRules = ({ rules, modules, tools, limits, isDenied, lose, notify }) => {
  const hasSession = rules.some(({ limit }) => limit && limit.per === "session");
  /** @type {Map<string, number>} */
  const errors = new Map();

  /** Counts against the rule: one that throws again and again is switched off. */
  const fail = (/** @type {string | null} */ rule, /** @type {string} */ module, /** @type {unknown} */ error) => {
    const count = (errors.get(rule || "") || 0) + 1;
    errors.set(rule || "", count);
    notify("onError", { rule, module, error, isSwitchedOff: !!rule && count >= MAX_ERRORS });
  };

  /** As {@link fail}, when an event was lost by it. */
  const failAndLose = (/** @type {string} */ rule, /** @type {string} */ module, /** @type {unknown} */ error) => {
    fail(rule, module, error);
    lose("rule_error");
  };

  const isOff = (/** @type {Rule} */ rule) => (errors.get(rule.id) || 0) >= MAX_ERRORS;

  /** @type {(rule: Rule, module: string) => <Args extends any[]>(run: (...args: Args) => unknown) => (...args: Args) => void} */
  const guardFor = (rule, module) => (run) => (...args) => {
    if (isOff(rule)) return;
    try {
      run(...args);
    } catch (error) {
      failAndLose(rule.id, module, error);
    }
  };

  /** @type {(rule: Rule, scope: Scope, checks: any[]) => Verdict | undefined} */
  const against = (rule, scope, checks) => {
    const isMet = (/** @type {Condition} */ condition) =>
      evaluate(condition, (/** @type {Template} */ value) => tools.resolve(value, scope), checks);
    if (rule.consent.some(isDenied)) return "consent";
    if (rule.conditions && !isMet(rule.conditions)) return "conditions";
    if (rule.exceptions && isMet(rule.exceptions)) return "exceptions";
    // Last, because asking counts.
    if (rule.limit && !limits.allows(rule.limit, rule.id, tools.resolve(rule.limit.key, scope))) return "limit";
    return undefined;
  };

  /** @type {(rule: Rule, queue: (step: () => unknown) => void, event: string, occurrence: Occurrence) => void} */
  const handle = (rule, queue, event, occurrence) => {
    const { facts } = occurrence;
    const scope = newScope(rule.id, rule.consent, occurrence);
    /** @type {any[]} */
    const checks = [];
    if (hasSession) limits.touch();
    const verdict = against(rule, scope, checks);
    if (verdict) return notify("onRuleSkipped", { rule: rule.id, event, verdict, facts, checks });
    /** @type {(() => unknown)[]} */
    const steps = [];
    for (const { module, settings } of rule.actions) {
      guardFor(rule, module)(() => {
        const step = modules["actions/" + module](settings, scope, tools);
        if (step) steps.push(step);
      })();
    }
    notify("onRuleTriggered", { rule: rule.id, event, facts, missing: scope.missing, checks });
    steps.forEach(queue);
  };

  const start = (/** @type {Rule} */ rule) => {
    const queue = createRuleQueue({
      fail: (error) => failAndLose(rule.id, "actions", error),
      overflow: () => lose("rule_overflow"),
    });
    for (const { module, settings } of rule.events) {
      const guard = guardFor(rule, module);
      const trigger = guard((/** @type {Occurrence} */ occurrence) => handle(rule, queue, module, occurrence));
      const ofRule = Object.assign(Object.create(null), tools, {
        on: (/** @type {string} */ type, /** @type {any} */ listener) => tools.on(type, guard(listener)),
        delay: (/** @type {any} */ run, /** @type {number} */ ms) => tools.delay(guard(run), ms),
        observe: (/** @type {any} */ run) => tools.observe(guard(run)),
      });
      guard(() => modules["events/" + module](settings, trigger, ofRule))();
    }
  };

  return { start: () => rules.forEach(start), fail };
};
