/** Steps that may wait in one rule: more means that one of them never ends. */
const MAX_WAITING = 100;

/**
 * One rule's steps, one after the other: at once while none of them takes time. A step that fails does not stop the
 * next, and no rule waits for another.
 *
 * @param {(error: unknown) => void} fail
 * @param {() => void} overflow
 */
export const createRuleQueue = (fail, overflow) => {
  /** @type {(() => any)[]} */
  const waiting = [];
  let isBusy = false;

  const next = () => {
    isBusy = true;
    for (let step; (step = waiting.shift()); ) {
      try {
        const result = step();
        if (result && result.then) return void result.then(null, fail).then(next);
      } catch (error) {
        fail(error);
      }
    }
    isBusy = false;
  };

  return (/** @type {() => unknown} */ step) => {
    if (waiting.push(step) > MAX_WAITING) {
      waiting.pop();
      overflow();
    } else if (!isBusy) next();
  };
};
