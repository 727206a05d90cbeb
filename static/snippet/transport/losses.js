/** @import {Losses, LossReason, Store} from '../types.js' */

/**
 * Counts events that had to be given up, until the count has reached the server.
 * @param {{storage: Store}} needs
 */
export const createLosses = ({ storage }) => ({
  lose: (/** @type {LossReason} */ reason, count = 1) => {
    /** @type {Losses} */
    const lost = storage.get("lost") || Object.create(null);
    lost[reason] = (lost[reason] || 0) + count;
    storage.set("lost", lost);
  },

  /** What is to be reported, or undefined. @returns {Losses | undefined} */
  report: () => {
    const lost = storage.get("lost");
    return lost && Object.keys(lost).length ? Object.assign(Object.create(null), lost) : undefined;
  },

  /** The server has the report. */
  reported: (/** @type {Losses | undefined} */ report) => {
    const lost = storage.get("lost");
    if (!report || !lost) return;
    for (const reason of Object.keys(report)) {
      lost[reason] = (lost[reason] || 0) - (report[reason] || 0);
      if (lost[reason] <= 0) delete lost[reason];
    }
    storage.set("lost", lost);
  },
});
