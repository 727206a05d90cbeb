/** @import {PipeModule} from '../types.js' */
import { only } from "../engine/only.js";

/** @type {PipeModule} */
export default (value, keys) => only(value, (key) => !keys.includes(key));
