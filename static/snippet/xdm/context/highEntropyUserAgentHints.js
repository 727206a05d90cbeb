/** @import {Core} from '../../types.js' */
import { attempt } from "../../engine/attempt.js";
import { remap } from "../../engine/remap.js";

const NAMES = ["architecture", "bitness", "model", "platformVersion", "wow64"];

/**
 * Client hints that the browser gives on request only, and later. They say nothing about the moment, so they are laid
 * under events when those are sent: by then they are nearly always there.
 *
 * @param {Pick<Core, "platform">} core
 * @returns {() => any} the XDM of what is known so far
 */
export const createHighEntropyUserAgentHints = ({ platform }) => {
  let known = {};
  attempt(() =>
    platform.root.navigator.userAgentData.getHighEntropyValues(NAMES).then(
      (/** @type {any} */ hints) => {
        const userAgentClientHints = remap(hints, (value, name) => (NAMES.includes(name) ? value : undefined));
        known = { environment: { browserDetails: { userAgentClientHints } } };
      },
      () => {},
    ),
  );
  return () => known;
};
