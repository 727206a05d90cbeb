/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ target, frequency, pierceShadow }, trigger, tools) => {
  let isTold = false;
  const found = (/** @type {Element} */ element) => {
    if (isTold && frequency !== "once-per-element") return;
    isTold = true;
    trigger({ facts: {}, element });
  };
  tools.watch(target, found, pierceShadow);
};
