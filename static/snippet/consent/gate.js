/** @import {LossReason} from '../types.js' */

/**
 * Where finished events wait for consent, bounded, in their order. A grant lets through what needs nothing more, a denial
 * throws away what needs it.
 *
 * @param {{
 *   isGranted: (purpose: string) => boolean,
 *   isDenied: (purpose: string) => boolean,
 *   most: number,
 *   maxMs: number,
 *   now: () => number,
 *   lose: (reason: LossReason) => void,
 * }} needs
 */
export const createGate = ({ isGranted, isDenied, most, maxMs, now, lose }) => {
  /** @type {{consent: string[], pass: () => void, drop: (outcome: "denied" | "lost") => void, since: number}[]} */
  let waiting = [];

  return {
    /** Calls `pass` or `drop`, once: now, or when consent is known. Answers with the purposes that are waited for. */
    enter: (
      /** @type {string[]} */ consent,
      /** @type {() => void} */ pass,
      /** @type {(outcome: "denied" | "lost") => void} */ drop,
    ) => {
      const missing = consent.filter((purpose) => !isGranted(purpose));
      if (!missing.length) pass();
      else if (missing.some(isDenied)) drop("denied");
      else if (waiting.length >= most) {
        if (most) lose("consent_overflow");
        drop("lost");
      } else {
        waiting.push({ consent, pass, drop, since: now() });
        return missing;
      }
      return [];
    },
    /** Consent has changed. */
    open: () => {
      const before = waiting;
      waiting = [];
      for (const one of before) {
        if (one.consent.some(isDenied)) one.drop("denied");
        else if (now() - one.since > maxMs) {
          lose("consent_timeout");
          one.drop("lost");
        } else if (one.consent.every(isGranted)) one.pass();
        else waiting.push(one);
      }
    },
  };
};
