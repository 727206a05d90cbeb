/** @import {Part} from '../types.js' */

/** So often, rules may start rules before the page has its turn again. */
const MAX_STARTS = 50;

/** Rules that start themselves, or each other in a circle, would never end: this throws. @type {Part} */
export default ({ platform }) => {
  let starts = 0;
  return {
    burst: () => {
      if (!starts++) platform.delay(() => (starts = 0), 0);
      if (starts > MAX_STARTS) throw Error("rules start each other in a circle");
    },
  };
};
