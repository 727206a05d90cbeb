/** @import {Check, Core, Occurrence, Rule, Scope, Template, Verdict} from '../types.js' */
import { evaluate } from "./evaluate.js";
import { newScope } from "./newScope.js";
import { createRuleQueue } from "./ruleQueue.js";

/** After so many throws a rule is switched off for the page. */
const MAX_ERRORS = 10;

/**
 * Runs the rules. Everything that an occurrence means for a rule is decided and resolved while the event happens, before
 * the page can change; what is left to do is in the rule's own queue.
 *
 * @param {Core} core needs `container`, `isDenied`, `limits`, `losses`, `modules`, `notify` and `tools`
 * @returns {{start: () => void, fail: Core["fail"]}}
 */
export const createRules = (core) => {
  const { isDenied, limits, losses, modules, notify } = core;
  const { rules } = core.container;
  const hasSession = rules.some(({ limit }) => limit && limit.per === "session");
  /** @type {Record<string, number>} */
  const errors = Object.create(null);
  const isOff = (/** @type {string | null} */ rule) => (errors[rule || ""] || 0) >= MAX_ERRORS;

  /** @type {Core["fail"]} */
  const fail = (rule, module, error) => {
    errors[rule || ""] = (errors[rule || ""] || 0) + 1;
    notify("onError", { rule, module, error, isSwitchedOff: isOff(rule) });
  };

  /** @type {(rule: Rule, scope: Scope, checks: Check[]) => Verdict | undefined} */
  const judge = ({ id, consent, conditions, exceptions, limit }, scope, checks) => {
    const resolve = (/** @type {Template | undefined} */ value) => core.tools.resolve(value, scope);
    if (consent.some(isDenied)) return "consent";
    if (conditions && !evaluate(conditions, resolve, checks)) return "conditions";
    if (exceptions && evaluate(exceptions, resolve, checks)) return "exceptions";
    // Last, because asking counts.
    if (limit && !limits.allows(limit, id, resolve(limit.key))) return "limit";
  };

  const start = (/** @type {Rule} */ rule) => {
    const { id, actions, events } = rule;
    const { tools } = core;

    const lose = (/** @type {string} */ module, /** @type {unknown} */ error) => {
      fail(id, module, error);
      losses.lose("rule_error");
    };

    /** @type {(module: string, run: any) => (...args: any[]) => void} */
    const guard = (module, run) => (...args) => {
      try {
        if (!isOff(id)) run(...args);
      } catch (error) {
        lose(module, error);
      }
    };

    const queue = createRuleQueue({
      fail: (error) => lose("actions", error),
      overflow: () => losses.lose("rule_overflow"),
    });

    for (const { module: event, settings } of events) {
      const trigger = (/** @type {Occurrence} */ occurrence) => {
        const scope = newScope(id, rule.consent, occurrence);
        const { facts } = occurrence;
        /** @type {Check[]} */
        const checks = [];
        if (hasSession) limits.touch();
        const verdict = judge(rule, scope, checks);
        if (verdict) return notify("onRuleSkipped", { rule: id, event, facts, checks, verdict });
        /** @type {(() => unknown)[]} */
        const steps = [];
        for (const { module, settings } of actions) {
          guard(module, () => steps.push(modules["actions/" + module](settings, scope, tools)))();
        }
        notify("onRuleTriggered", { rule: id, event, facts, checks, missing: scope.missing });
        steps.forEach(queue);
      };
      /** @type {any} */
      const ofRule = Object.create(null);
      Object.assign(ofRule, tools, {
        on: (/** @type {string} */ type, /** @type {any} */ run) => tools.on(type, guard(event, run)),
        delay: (/** @type {any} */ run, /** @type {number} */ ms) => tools.delay(guard(event, run), ms),
        observe: (/** @type {any} */ run) => tools.observe(guard(event, run)),
      });
      guard(event, modules["events/" + event])(settings, guard(event, trigger), ofRule);
    }
  };

  return { fail, start: () => rules.forEach(start) };
};
