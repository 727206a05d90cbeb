/** @import {Core} from '../types.js' */

/**
 * Where finished events wait for consent, bounded, in their order. A grant lets through what needs nothing more, a denial
 * throws away what needs it.
 *
 * @param {Pick<Core, "container" | "isDenied" | "isGranted" | "losses" | "platform">} core
 * @returns {Core["gate"]}
 */
export const createGate = ({ container, isDenied, isGranted, losses, platform }) => {
  const { queueEvents, queueSeconds } = container.consent;
  /** @type {{consent: string[], pass: () => void, drop: (() => void) | undefined, since: number}[]} */
  let waiting = [];

  return {
    /** Calls `pass` or `drop`, once: now, or when consent is known. Answers with the purposes that are waited for. */
    enter: (consent, pass, drop) => {
      const missing = consent.filter((purpose) => !isGranted(purpose));
      if (!missing.length) pass();
      else if (waiting.length < queueEvents && !missing.some(isDenied)) {
        waiting.push({ consent, pass, drop, since: platform.now() });
        return missing;
      } else {
        if (queueEvents && !missing.some(isDenied)) losses.lose("consent_overflow");
        if (drop) drop();
      }
      return [];
    },
    /** Consent may have changed. */
    open: () => {
      const before = waiting;
      waiting = [];
      for (const one of before) {
        const { consent, pass, drop, since } = one;
        const isLate = platform.now() - since > queueSeconds * 1000;
        if (isLate) losses.lose("consent_timeout");
        if (isLate || consent.some(isDenied)) drop && drop();
        else if (consent.every(isGranted)) pass();
        else waiting.push(one);
      }
    },
  };
};
