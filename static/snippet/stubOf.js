/** @import {QueuedCall, Stub} from './types.js' */

/**
 * The page's `heliograph` function, made when it is not there yet. Every call answers with a promise, and nobody has to
 * wait for it: a rejection that nobody looks at is no error of the page.
 *
 * @param {any} root
 * @returns {Stub}
 */
export const stubOf = (root) => {
  if (typeof root.heliograph === "function" && root.heliograph.q) return root.heliograph;
  const stub = /** @type {Stub} */ (
    /** @type {unknown} */ (
      (/** @type {unknown[]} */ ...call) => {
        const promise = new Promise((resolve, reject) => stub.q.push([resolve, reject, call]));
        promise.catch(() => {});
        return promise;
      }
    )
  );
  stub.q = /** @type {QueuedCall[]} */ ([]);
  root.heliograph = stub;
  return stub;
};
