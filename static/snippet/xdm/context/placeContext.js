/** @import {Core} from '../../types.js' */
import { attempt } from "../../engine/attempt.js";

/** @param {Pick<Core, "platform">} core */
export const placeContext = ({ platform }) => {
  const { root, now } = platform;
  const localTimezoneOffset = new root.Date().getTimezoneOffset();
  return {
    placeContext: {
      localTime: localTime(now(), localTimezoneOffset),
      localTimezoneOffset,
      ianaTimezone: attempt(() => root.Intl.DateTimeFormat().resolvedOptions().timeZone),
    },
  };
};

/** `2026-11-24T05:47:50.521+01:00`; `offset`: minutes that UTC is ahead. @type {(now: number, offset: number) => string} */
const localTime = (now, offset) => {
  const iso = (/** @type {number} */ ms) => new Date(ms).toISOString();
  return iso(now - offset * 6e4).replace("Z", (offset > 0 ? "-" : "+") + iso(Math.abs(offset) * 6e4).slice(11, 16));
};
