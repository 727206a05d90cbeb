/** @import {DataElementModule} from '../../types.js' */
import { attempt } from "../../engine/attempt.js";

/** @type {DataElementModule} */
export default ({ key, area = "local" }, { root }) => attempt(() => root[area + "Storage"].getItem(key));
