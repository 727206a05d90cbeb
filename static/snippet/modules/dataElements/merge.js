/** @import {DataElementModule} from '../../types.js' */
import { isObject } from "../../engine/isObject.js";
import { merge } from "../../xdm/merge.js";

/** @type {DataElementModule} */
export default ({ base, with: top }) => (isObject(base) && isObject(top) ? merge(base, top) : isObject(top) ? top : base);
