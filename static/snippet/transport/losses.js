/** @import {Core, Losses, LossReason} from '../types.js' */

/**
 * Counts events that had to be given up, until the count has reached the server.
 *
 * @param {Pick<Core, "storage">} core
 * @returns {Core["losses"]}
 */
export const createLosses = ({ storage }) => {
  /** @type {(reason: LossReason | string, count?: number) => void} */
  const lose = (reason, count = 1) => {
    if (!count) return;
    /** @type {Losses} */
    const lost = storage.get("lost") || {};
    lost[reason] = (lost[reason] || 0) + count;
    storage.set("lost", lost);
  };
  return {
    lose,
    /** What is to be reported, for the one who reports it. */
    take: () => {
      const lost = storage.get("lost") || undefined;
      if (lost) storage.set("lost", null);
      return lost;
    },
    /** The report did not get through. */
    back: (lost = {}) => Object.keys(lost).forEach((reason) => lose(reason, lost[reason])),
  };
};
