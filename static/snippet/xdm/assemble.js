/** @import {Assignment} from '../types.js' */
import { plain } from "../engine/plain.js";

/**
 * The object that assignments come to: those whose purposes are all granted, later ones over earlier ones.
 *
 * @param {Assignment[]} assignments
 * @param {(purpose: string) => boolean} isGranted
 */
export const assemble = (assignments, isGranted) => {
  const root = Object.create(null);
  for (const { path, value, consent } of assignments) {
    if (!consent.every(isGranted)) continue;
    let node = root;
    path.forEach((key, index) => {
      const next = path[index + 1];
      if (next === undefined) node[key] = plain(value);
      else if (typeof node[key] !== "object") node[key] = typeof next === "number" ? [] : Object.create(null);
      node = node[key];
    });
  }
  return root;
};
