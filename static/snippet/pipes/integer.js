/** @import {PipeModule} from '../types.js' */
import { toNumber } from "../engine/toNumber.js";

/** @type {PipeModule} */
export default (value, [decimal]) => Math.trunc(toNumber(value, decimal));
