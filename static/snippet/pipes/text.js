/** @import {PipeModule} from '../types.js' */
import { isElement } from "../engine/isElement.js";

/** What an element says; of anything else, its text. @type {PipeModule} */
export default (value, _args, { elements, textOf }) => (isElement(value) ? elements.text(value) : textOf(value));
