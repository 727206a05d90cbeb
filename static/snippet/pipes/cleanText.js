/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value, _args, { cleanText, textOf }) => cleanText(textOf(value));
