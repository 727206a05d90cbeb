/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ begins, ends, weekdays }, { now, root }) => {
  const ms = now();
  return (
    !(ms < Date.parse(begins)) && !(ms >= Date.parse(ends)) && (!weekdays || weekdays.includes(new root.Date(ms).getDay() || 7))
  );
};
