/** @import {Part} from '../types.js' */
import { toNumber } from "../engine/toNumber.js";

/** Numbers that people can read. @type {Part} */
export default () => ({ toNumber });
