/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ get }, { now, root }) => {
  const ms = now();
  const date = new root.Date(ms);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return /** @type {any} */ ({
    iso: date.toISOString(),
    date: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    hour: date.getHours(),
    weekday: date.getDay() || 7,
    secondsOnPage: Math.round((ms - root.performance.timeOrigin) / 1000),
  })[get];
};
