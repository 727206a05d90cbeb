/** @import {EventModule} from '../../types.js' */
import { attempt } from "../../engine/attempt.js";

/** Up to where a value is good, and above what it is poor: those of web.dev/vitals, in ms but for CLS. */
const LIMITS = { LCP: [2500, 4000], INP: [200, 500], CLS: [0.1, 0.25], FCP: [1800, 3000], TTFB: [800, 1800] };

/** @type {EventModule} */
export default ({ metrics = ["LCP", "INP", "CLS"] }, trigger, { on, root }) => {
  /** @type {Record<string, number>} */
  const values = {};
  const { performance, PerformanceObserver } = root;
  const [navigation = {}] = attempt(() => performance.getEntriesByType("navigation")) || [];
  // A page that was rendered in advance begins when it is shown.
  const start = navigation.activationStart || 0;
  /** The longest interactions, by id. @type {Map<number, number>} */
  const interactions = new Map();
  let session = { value: 0, first: 0, last: 0 };
  let isTold = false;
  // A page that never jumped has 0, where that can be known.
  if (attempt(() => PerformanceObserver.supportedEntryTypes.includes("layout-shift"))) values.CLS = 0;

  /** @type {Record<string, (entry: any) => void>} */
  const take = {
    "largest-contentful-paint": ({ startTime }) => (values.LCP = Math.max(0, startTime - start)),
    paint: ({ name, startTime }) => {
      if (name === "first-contentful-paint") values.FCP = Math.max(0, startTime - start);
    },
    "layout-shift": ({ hadRecentInput, startTime, value }) => {
      if (hadRecentInput) return;
      // A burst of shifts: less than a second between them, five in all.
      if (startTime - session.last > 1000 || startTime - session.first > 5000) session = { value: 0, first: startTime, last: 0 };
      session.last = startTime;
      session.value += value;
      values.CLS = Math.max(values.CLS || 0, session.value);
    },
    event: ({ interactionId: id, duration }) => {
      if (id) interactions.set(id, Math.max(interactions.get(id) || 0, duration));
    },
  };
  for (const type of Object.keys(take)) {
    // A browser that does not know the type throws, or gives nothing.
    attempt(() =>
      new PerformanceObserver((/** @type {any} */ list) => attempt(() => list.getEntries().forEach(take[type]))).observe({
        type,
        buffered: true,
        durationThreshold: 40,
      }),
    );
  }

  on("@hide", () => {
    if (isTold) return;
    isTold = true;
    // Of every 50 interactions, the worst may be an accident.
    const slowest = [...interactions.values()].sort((one, other) => other - one);
    const slow = slowest[Math.floor((performance.interactionCount || slowest.length) / 50)] || slowest.pop();
    Object.assign(values, { INP: slow, TTFB: Math.max(0, navigation.responseStart - start) });
    for (const name of metrics) {
      const value = /** @type {number} */ (values[name]);
      const [good, poor] = /** @type {any} */ (LIMITS)[name];
      if (!(value >= 0)) continue;
      const rating = value <= good ? "good" : value > poor ? "poor" : "needs-improvement";
      trigger({ facts: { name, value: Math.round(value * 1000) / 1000, rating }, unloading: true });
    }
  });
};
