/** @import {Part} from '../types.js' */
import { attempt } from "../engine/attempt.js";

/** Pages that change all the time are looked at so often, in ms. */
const EVERY_MS = 100;

/** Elements that are there, and those that come later: one observer for all who want any. @type {Part} */
export default ({ platform }) => {
  /** @type {[selector: string, found: (element: Element) => void, seen: WeakSet<Element>][]} */
  const wanted = [];
  let isWaiting = false;

  const look = () => {
    isWaiting = false;
    for (const [selector, found, seen] of wanted) {
      // A selector that this browser does not know finds nothing, and stands in no other's way.
      for (const element of attempt(() => platform.document.querySelectorAll(selector)) || []) {
        if (seen.has(element)) continue;
        seen.add(element);
        found(element);
      }
    }
  };
  const lookSoon = () => {
    if (!isWaiting) platform.delay(look, EVERY_MS);
    isWaiting = true;
  };

  return {
    watch: (selector, found) => {
      if (!wanted.length) platform.observe(lookSoon, { attributes: true });
      wanted.push([selector, found, new WeakSet()]);
      lookSoon();
    },
  };
};
