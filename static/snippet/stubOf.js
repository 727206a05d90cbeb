/** @import {Stub} from './types.js' */

/**
 * The page's `heliograph` function, made when it is not there yet. Every call answers with a promise, and nobody has to
 * look at it: a rejection that nobody looks at is no error of the page.
 *
 * @param {any} root
 * @returns {Stub}
 */
export const stubOf = (root) => {
  let stub = root.heliograph;
  if (!stub || !stub.q) {
    stub = root.heliograph = (/** @type {unknown[]} */ ...call) => {
      const promise = new Promise((resolve, reject) => stub.q.push([resolve, reject, call]));
      promise.catch(() => {});
      return promise;
    };
    stub.q = [];
  }
  return stub;
};
