/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default (_settings, trigger, { on }) => on("beforeprint", () => trigger({ facts: {} }));
