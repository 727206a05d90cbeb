/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ name: wanted }, trigger, { on }) =>
  on("@call", ({ name, detail }) => {
    if (name === wanted) trigger({ facts: { detail } });
  });
