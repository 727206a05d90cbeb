/** @import {Platform} from '../../types.js' */

/** @param {{platform: Platform}} needs */
export const placeContext = ({ platform }) => {
  const offset = platform.timezoneOffset();
  return {
    placeContext: {
      localTime: localTime(platform.now(), offset),
      localTimezoneOffset: offset,
      ianaTimezone: platform.timeZone(),
    },
  };
};

/** `2026-11-24T05:47:50.521+01:00`; `offset`: minutes that UTC is ahead. @type {(now: number, offset: number) => string} */
const localTime = (now, offset) => {
  const two = (/** @type {number} */ number) => String(Math.floor(number)).padStart(2, "0");
  const ahead = Math.abs(offset);
  return new Date(now - offset * 6e4).toISOString().slice(0, -1) + (offset > 0 ? "-" : "+") + two(ahead / 60) + ":" + two(ahead % 60);
};
