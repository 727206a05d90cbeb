/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value, [separator]) => value.join(separator);
