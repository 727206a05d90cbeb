/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value) => value.length;
