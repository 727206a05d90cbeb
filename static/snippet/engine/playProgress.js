/** The player goes on by less than this between two looks at it, in seconds; more is a jump. */
const MAX_STEP_SECONDS = 2;

/**
 * What was really played of a film, from looks at where its player is: jumping forward adds nothing.
 *
 * @param {number[]} thresholds in per cent
 * @param {(threshold: number) => void} tell once for each
 * @returns {(at: number, duration: number) => boolean} a look, in seconds; whether the player has jumped since the last one
 */
export const createPlayProgress = (thresholds, tell) => {
  const left = new Set(thresholds);
  let played = 0;
  let before = 0;
  return (at, duration) => {
    const step = at - before;
    const isJump = Math.abs(step) > MAX_STEP_SECONDS;
    before = at;
    if (step > 0 && !isJump) played += step;
    for (const threshold of left) {
      if (!((played / duration) * 100 >= threshold)) continue;
      left.delete(threshold);
      tell(threshold);
    }
    return isJump;
  };
};
