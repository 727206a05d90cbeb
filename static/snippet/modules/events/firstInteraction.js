/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ with: gestures = ["pointer", "key", "scroll"] }, trigger, { now, on }) => {
  const types = /** @type {Record<string, string>} */ ({ pointer: "pointerdown", key: "keydown", scroll: "scroll" });
  const since = now();
  let isTold = false;
  for (const gesture of gestures) {
    on(/** @type {string} */ (types[gesture]), () => {
      if (isTold) return;
      isTold = true;
      trigger({ facts: { with: gesture, seconds: Math.round((now() - since) / 1000) } });
    });
  }
};
