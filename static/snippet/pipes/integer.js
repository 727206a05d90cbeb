// needs: parts/number
/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value, [decimal], { toNumber }) => Math.trunc(toNumber(value, decimal));
