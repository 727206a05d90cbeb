/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value) => /^(true|1|yes|on)$/i.test(value) || (/^(false|0|no|off)$/i.test(value) ? false : undefined);
