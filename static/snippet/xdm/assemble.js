/** @import {Assignment, Path} from '../types.js' */
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
    if (consent.every(isGranted)) set(root, path, plain(value));
  }
  return root;
};

/** @type {(root: any, path: Path, value: unknown) => void} */
const set = (root, path, value) => {
  let node = root;
  path.slice(0, -1).forEach((key, index) => {
    if (typeof node[key] !== "object" || node[key] === null) node[key] = typeof path[index + 1] === "number" ? [] : Object.create(null);
    node = node[key];
  });
  node[/** @type {string} */ (path[path.length - 1])] = value;
};
