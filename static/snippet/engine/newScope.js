/** @import {Occurrence, Scope} from '../types.js' */

/** @type {(rule: string | null, consent: string[], occurrence: Occurrence) => Scope} */
export const newScope = (rule, consent, { facts, element, old, unloading }) => ({
  rule,
  consent,
  facts,
  element,
  old,
  unloading: !!unloading,
  values: new Map(),
  missing: [],
});
