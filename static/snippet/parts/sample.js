// needs: parts/kept
/** @import {Part} from '../types.js' */
import { share } from "../engine/share.js";

/**
 * Rules that only run for a share of their events. The lot that decides is drawn once for each sticky scope, whatever the
 * rate: who was in it stays in it when the rate is raised.
 *
 * @type {Part}
 */
export default (core) => {
  core.gates.unshift(({ id, sample }) => {
    if (!sample) return;
    const { rate, sticky } = sample;
    const { kept } = core.tools;
    const name = "lot." + id;
    let lot = sticky && kept.get(sticky, name);
    if (lot === undefined) {
      lot = share(core.platform.random);
      if (sticky) kept.set(sticky, name, lot);
    }
    return lot < rate ? undefined : "sample";
  });
};
