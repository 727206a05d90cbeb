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
 * @param {Core} core needs `container`, `gates`, `isDenied`, `losses`, `modules`, `notify` and `tools`
 * @returns {{start: () => void, fail: Core["fail"]}}
 */
export const createRules = ({ container, gates, isDenied, losses, modules, notify, tools }) => {
  const { rules } = container;
  const { compare, touch } = tools;
  /** @type {any} */
  const errors = {};

  /** @type {Core["fail"]} */
  const fail = (rule, module, error) => {
    const key = /** @type {string} */ (rule);
    errors[key] = (errors[key] || 0) + 1;
    notify("onError", { rule, module, error, isSwitchedOff: errors[key] >= MAX_ERRORS });
  };

  /** @type {(rule: Rule, scope: Scope, checks: Check[]) => Verdict | undefined} */
  const judge = (rule, scope, checks) => {
    const { consent, conditions, exceptions } = rule;
    const resolve = (/** @type {Template | undefined} */ value) => tools.resolve(value, scope);
    if (consent.some(isDenied)) return "consent";
    if (conditions && !evaluate(conditions, resolve, checks, compare)) return "conditions";
    if (exceptions && evaluate(exceptions, resolve, checks, compare)) return "exceptions";
    for (const gate of gates) {
      const verdict = gate(rule, resolve);
      if (verdict) return verdict;
    }
  };

  const start = (/** @type {Rule} */ rule) => {
    const { id, actions, consent, events } = rule;

    const lose = (/** @type {string} */ module, /** @type {unknown} */ error) => {
      fail(id, module, error);
      losses.lose("rule_error");
    };

    /** @type {(module: string, run: any) => (...args: any[]) => void} */
    const guard = (module, run) => (...args) => {
      try {
        if (!(errors[id] >= MAX_ERRORS)) run(...args);
      } catch (error) {
        lose(module, error);
      }
    };

    const queue = createRuleQueue(
      (error) => lose("actions", error),
      () => losses.lose("rule_overflow"),
    );

    for (const { module: event, settings } of events) {
      const trigger = (/** @type {Occurrence} */ occurrence) => {
        const scope = newScope(id, consent, occurrence);
        const { facts, missing } = scope;
        /** @type {Check[]} */
        const checks = [];
        if (touch) touch();
        const verdict = judge(rule, scope, checks);
        if (verdict) return notify("onRuleSkipped", { rule: id, event, facts, checks, verdict });
        /** @type {((() => unknown) | void)[]} */
        const steps = [];
        for (const { module, settings } of actions) {
          guard(module, () => steps.push(modules["actions/" + module](settings, scope, tools)))();
        }
        notify("onRuleTriggered", { rule: id, event, facts, checks, missing });
        // Some actions do all they have to do at once.
        for (const step of steps) if (step) queue(step);
      };
      const ofRule = /** @type {any} */ ({ ...tools });
      for (const name of ["on", "delay", "observe", "watch", "embeds"]) {
        ofRule[name] = (/** @type {any[]} */ ...args) =>
          /** @type {any} */ (tools)[name](...args.map((one) => (typeof one === "function" ? guard(event, one) : one)));
      }
      guard(event, modules["events/" + event])(settings, guard(event, trigger), ofRule);
    }
  };

  return { fail, start: () => rules.forEach(start) };
};
