/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value, [from, to], { textOf }) => textOf(value).split(from).join(to);
