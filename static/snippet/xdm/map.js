/** @import {Assignment, MappingEntry, Path, Scope, Tools} from '../types.js' */
import { isMissing } from "../engine/isMissing.js";
import { plain } from "../engine/plain.js";

/** Entries of one list that are mapped at most: a cart, not a catalogue. */
const MAX_ITEMS = 200;

/**
 * Takes the values of a mapping, as they are at this moment. What is missing is left out, and noted in the scope.
 *
 * @param {MappingEntry[]} entries
 * @param {Scope} scope
 * @param {Tools["resolve"]} resolve
 * @param {Path} [at] of the list entry that the mapping is inside of
 * @param {string[]} [around] purposes that the lines around need
 * @returns {Assignment[]}
 */
export const map = (entries, scope, resolve, at = [], around = []) => {
  /** @type {Assignment[]} */
  const assignments = [];
  for (const entry of /** @type {any[]} */ (entries)) {
    const { one, each, as } = entry;
    const path = at.concat(entry.path);
    const consent = around.concat(entry.consent || []);
    const isList = one || as;
    const value = one ? [scope.item] : as ? resolve(each, scope) : plain(resolve(entry.value, scope));
    if (isMissing(value) || (isList && !Array.isArray(value))) {
      scope.missing.push(path.join("."));
      continue;
    }
    // A list takes the place of the one that was mapped before it.
    assignments.push({ path, consent, value: isList ? [] : value });
    if (!isList) continue;
    if (value.length > MAX_ITEMS) scope.missing.push(`${path.join(".")}[${MAX_ITEMS}]`);
    value.slice(0, MAX_ITEMS).forEach((/** @type {unknown} */ item, /** @type {number} */ index) => {
      assignments.push(...map(isList, { ...scope, item }, resolve, path.concat(index), consent));
    });
  }
  return assignments;
};
