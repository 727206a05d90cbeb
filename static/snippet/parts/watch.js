/** @import {Part} from '../types.js' */
import { attempt } from "../engine/attempt.js";

/** Pages that change all the time are looked at so often, in ms. */
const EVERY_MS = 100;

/** A document or shadow root, and every open shadow root inside of it. @type {(root: any) => any[]} */
const rootsIn = (root) => {
  const roots = [root];
  for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) roots.push(...rootsIn(shadowRoot));
  return roots;
};

/** Elements that are there, and those that come later: one observer for all who want any. @type {Part} */
export default ({ platform }) => {
  const { document } = platform;
  /** @type {{selector: string, found: (element: Element) => void, pierces: boolean | undefined, seen: WeakSet<Element>}[]} */
  const wanted = [];
  const observed = new WeakSet();
  let isWaiting = false;

  const look = () => {
    isWaiting = false;
    const roots = wanted.some(({ pierces }) => pierces) ? rootsIn(document) : [document];
    for (const root of roots) {
      // What changes in a shadow root, nobody hears of outside.
      if (!observed.has(root)) platform.observe(lookSoon, { attributes: true }, root);
      observed.add(root);
    }
    for (const { selector, found, pierces, seen } of wanted) {
      for (const root of pierces ? roots : [document]) {
        // A selector that this browser does not know finds nothing, and stands in no other's way.
        for (const element of attempt(() => root.querySelectorAll(selector)) || []) {
          if (seen.has(element)) continue;
          seen.add(element);
          found(element);
        }
      }
    }
  };
  const lookSoon = () => {
    if (!isWaiting) platform.delay(look, EVERY_MS);
    isWaiting = true;
  };

  return {
    watch: (selector, found, pierces) => {
      wanted.push({ selector, found, pierces, seen: new WeakSet() });
      lookSoon();
    },
  };
};
