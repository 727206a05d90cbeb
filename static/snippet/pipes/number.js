/** @import {PipeModule} from '../types.js' */
import { toNumber } from "../engine/toNumber.js";

/** @type {PipeModule} */
export default (value, [decimal]) => toNumber(value, decimal);
