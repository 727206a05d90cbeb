/** @import {Status} from './types.js' */

const SECOND_MS = 1_000;
const HEIGHT = 48;

/**
 * Events a second over the last minute. The bars are on the page already; their lengths change.
 *
 * @param {HTMLElement} figure
 */
export function createRateChart(figure) {
  const bars = [...figure.querySelectorAll("rect")];
  const svg = figure.querySelector("svg");
  const peakText = figure.querySelector("[data-rate-peak]");
  /** @type {[number, number][]} The oldest second first: processed and failed. */
  const seconds = (figure.dataset.counts ?? "").split(" ").map((pair) => {
    const [processed = 0, failed = 0] = pair.split(",").map(Number);
    return [processed, failed];
  });
  /** @type {Status | undefined} */
  let former;

  function draw() {
    const totals = seconds.map(([processed, failed]) => processed + failed);
    const peak = Math.max(...totals);
    const scale = HEIGHT / Math.max(peak, 1);
    seconds.forEach(([processed, failed], index) => {
      place(bars[2 * index], HEIGHT - processed * scale, processed * scale);
      place(bars[2 * index + 1], HEIGHT - (processed + failed) * scale, failed * scale);
    });
    const all = totals.reduce((sum, each) => sum + each, 0);
    svg?.setAttribute("aria-label", `Events a second in the last minute: ${all} in all, at most ${peak} in one second`);
    if (peakText) peakText.textContent = String(peak);
  }

  setInterval(() => {
    seconds.push([0, 0]);
    seconds.shift();
    draw();
  }, SECOND_MS);

  return {
    /** @param {Status} status */
    update(status) {
      const now = seconds[seconds.length - 1];
      if (former && now) {
        // Counts go back to zero when the event log was emptied.
        now[0] += Math.max(0, status.processed - former.processed);
        now[1] += Math.max(0, status.failed - former.failed);
        draw();
      }
      former = status;
    },
  };
}

/**
 * @param {SVGRectElement | undefined} bar
 * @param {number} y
 * @param {number} height
 */
function place(bar, y, height) {
  bar?.setAttribute("y", y.toFixed(2));
  bar?.setAttribute("height", height.toFixed(2));
}
