/** @import {Part} from '../types.js' */

/**
 * Where finished events wait for consent, bounded, in their order. A grant lets through what needs nothing more, a denial
 * throws away what needs it.
 *
 * @type {Part}
 */
export default ({ container, enter, losses, on, platform }) => {
  const { queueEvents, queueSeconds } = /** @type {Required<typeof container.consent>} */ (container.consent);
  const { now } = platform;
  /** @type {[consent: string[], pass: () => void, drop: () => void, since: number][]} */
  const waiting = [];
  /** While what waits is looked through again: since when the current one has. @type {number | undefined} */
  let before;

  /** @type {(reason: "consent_overflow" | "consent_timeout", drop: () => void) => void} */
  const giveUp = (reason, drop) => {
    losses.lose(reason);
    drop();
  };

  on("@consent", () => {
    for (const [consent, pass, drop, since] of waiting.splice(0)) {
      before = since;
      if (now() - since > queueSeconds * 1000) giveUp("consent_timeout", drop);
      else enter(consent, pass, drop);
    }
    before = undefined;
  });

  return {
    wait: (consent, pass, drop) => {
      const waits = waiting.length < queueEvents;
      if (waits) waiting.push([consent, pass, drop, before || now()]);
      else giveUp("consent_overflow", drop);
      return waits;
    },
  };
};
