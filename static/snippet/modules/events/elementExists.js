/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ target, frequency }, trigger, tools) => {
  let isTold = false;
  tools.watch(target, (element) => {
    if (isTold && frequency !== "once-per-element") return;
    isTold = true;
    trigger({ facts: {}, element });
  });
};
