/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value, _args, { page }) => new URL(value, page.url()).origin;
