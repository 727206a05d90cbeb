/** @import {PipeModule} from '../types.js' */

/** The first characters; no half of one. @type {PipeModule} */
export default (value, [most], { textOf }) => textOf(value).slice(0, most).replace(/[\ud800-\udbff]$/, "");
