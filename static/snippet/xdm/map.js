/** @import {Assignment, MappingEntry, Path, Scope, Template} from '../types.js' */
import { isMissing } from "../engine/isMissing.js";
import { plain } from "../engine/plain.js";

/** Entries of one list that are mapped at most: a cart, not a catalogue. */
const MAX_ITEMS = 200;

/**
 * Takes the values of a mapping, as they are at this moment. What is missing is left out, and noted in the scope.
 *
 * @param {MappingEntry[]} entries
 * @param {Scope} scope
 * @param {(template: Template, scope: Scope) => unknown} resolve
 * @param {Path} [path] of the list entry that the mapping is inside of
 * @param {string[]} [consent] purposes that the lines around need
 * @returns {Assignment[]}
 */
export const map = (entries, scope, resolve, path = [], consent = []) => {
  /** @type {Assignment[]} */
  const assignments = [];
  for (const entry of entries) {
    const here = path.concat(entry.path);
    const needs = entry.consent ? consent.concat(entry.consent) : consent;
    if ("value" in entry) {
      const value = plain(resolve(entry.value, scope));
      if (isMissing(value)) scope.missing.push(here.join("."));
      else assignments.push({ path: here, value, consent: needs });
      continue;
    }
    const items = "one" in entry ? [scope.item] : resolve(entry.each, scope);
    if (!Array.isArray(items)) {
      scope.missing.push(here.join("."));
      continue;
    }
    // A list takes the place of the one that was mapped before it.
    assignments.push({ path: here, value: [], consent: needs });
    if (items.length > MAX_ITEMS) scope.missing.push(`${here.join(".")}[${MAX_ITEMS}]`);
    items.slice(0, MAX_ITEMS).forEach((item, index) => {
      const inner = Object.assign(Object.create(null), scope, { item });
      assignments.push(...map("one" in entry ? entry.one : entry.as, inner, resolve, here.concat(index), needs));
    });
  }
  return assignments;
};
