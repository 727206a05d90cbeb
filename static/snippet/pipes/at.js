/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value, [index]) => value[index < 0 ? value.length + index : index];
