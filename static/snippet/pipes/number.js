// needs: parts/number
/** @import {PipeModule} from '../types.js' */

/** @type {PipeModule} */
export default (value, [decimal], { toNumber }) => toNumber(value, decimal);
