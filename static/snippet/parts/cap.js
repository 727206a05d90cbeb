// needs: parts/kept
/** @import {Part} from '../types.js' */

/**
 * Rules that run so often in a time, whichever: the times of their last runs are kept, for each value of the key.
 *
 * @type {Part}
 */
export default (core) => {
  core.gates.push(({ cap, id }, resolve) => {
    if (!cap) return;
    const { key, ms, per, times } = cap;
    const { kept } = core.tools;
    const now = core.platform.now();
    const name = `cap.${id}|${resolve(key)}`;
    const recent = (kept.get(per, name) || []).filter((/** @type {number} */ at) => now - at < ms);
    if (recent.length >= times) return "limit";
    kept.set(per, name, [...recent, now]);
  });
};
