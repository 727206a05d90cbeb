/** @import {PipeModule} from '../types.js' */
import { isElement } from "../engine/isElement.js";

/** What is entered in a field. @type {PipeModule} */
export default (value, _args, { elements }) => (isElement(value) ? elements.value(value) : value);
