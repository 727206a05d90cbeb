/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value, _args, { textOf }) => textOf(value).toUpperCase();
