/** @import {PipeModule} from '../types.js' */
import { MAX_MATCHED_CHARACTERS } from "../engine/maxMatchedCharacters.js";

/** @type {PipeModule} */
export default (value, [pattern, group = 0], { textOf }) =>
  /** @type {any} */ (RegExp(pattern).exec(textOf(value).slice(0, MAX_MATCHED_CHARACTERS)))[group];
