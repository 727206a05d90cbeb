/** @import {PipeModule} from '../types.js' */
import { stringify } from "../engine/stringify.js";

/** @type {PipeModule} */
export default stringify;
