/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value, [from, to]) => value.slice(from, to);
