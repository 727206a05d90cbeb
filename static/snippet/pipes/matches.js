/** @import {PipeModule} from '../types.js' */
import { isElement } from "../engine/isElement.js";

/** Whether an element is one that a selector finds. @type {PipeModule} */
export default (value, [selector]) => isElement(value) && value.matches(selector);
