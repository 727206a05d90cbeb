/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value, [separator], { textOf }) => textOf(value).split(separator);
