/** @import {PipeModule} from '../types.js' */

/** Smaller numbers are seconds: as milliseconds they would lie before March 1973. */
const MAX_SECONDS = 1e11;

/** @type {PipeModule} */
export default (value) => {
  // A text of fewer digits is a year.
  const number = typeof value === "number" || /^\d{9,}$/.test(value) ? +value : NaN;
  return new Date(number < MAX_SECONDS ? number * 1000 : number || value).toISOString();
};
