/** @import {EventModule} from '../../types.js' */

/** Reading positions costs a layout: not more often than this, in ms. */
const EVERY_MS = 100;

/** @type {EventModule} */
export default ({ axis = "vertical", percent = [25, 50, 75, 90], pixels = [], of }, trigger, tools) => {
  const { document, root } = tools;
  const isVertical = axis === "vertical";
  let reached = new Set();
  /** Ends the waiting after a scroll. @type {(() => void) | undefined} */
  let look;

  const measure = () => {
    const whole = document.scrollingElement;
    const box = of ? document.querySelector(of) : whole;
    if (!box) return [0, 1];
    const { overflowX, overflowY } = root.getComputedStyle(box);
    const scrolls = box === whole || /auto|scroll/.test(isVertical ? overflowY : overflowX);
    const { top, left } = box.getBoundingClientRect();
    return isVertical
      ? [scrolls ? box.scrollTop + box.clientHeight : root.innerHeight - top, box.scrollHeight]
      : [scrolls ? box.scrollLeft + box.clientWidth : root.innerWidth - left, box.scrollWidth];
  };

  const tell = () => {
    const [seen, all] = measure();
    const pass = (/** @type {number[]} */ thresholds, /** @type {string} */ unit, /** @type {number} */ value) => {
      for (const threshold of thresholds) {
        if (value < threshold || reached.has(threshold + unit)) continue;
        reached.add(threshold + unit);
        trigger({ facts: { threshold, unit, axis } });
      }
    };
    // Browsers end within a pixel of the end.
    pass(percent, "percent", ((seen + 1) / all) * 100);
    pass(pixels, "pixels", seen);
  };

  tools.on("scroll", () => {
    if (look) return;
    const stop = tools.delay(() => look && look(), EVERY_MS);
    look = () => {
      stop();
      look = undefined;
      tell();
    };
  });
  tools.on("@hide", () => look && look());
  tools.on("@leave", () => {
    if (look) look();
    reached = new Set();
  });
};
