/** @import {Part} from '../types.js' */
import { attempt } from "../engine/attempt.js";
import { remap } from "../engine/remap.js";
import { merge } from "../xdm/merge.js";

const NAMES = ["architecture", "bitness", "model", "platformVersion", "wow64"];

/**
 * Client hints that the browser gives on request only, and later. They say nothing about the moment, so they are laid
 * under events when those are sent: by then they are nearly always there.
 *
 * @type {Part}
 */
export default ({ platform }) => {
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
  return { hints: (xdm) => merge(known, xdm) };
};
