/** @import {PipeModule} from '../types.js' */
import { own } from "../engine/own.js";

/** @type {PipeModule} */
export default (value, [table]) => table[own(table, value) ? value : "*"];
