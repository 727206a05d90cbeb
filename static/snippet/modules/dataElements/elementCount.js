/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ selector }, { document }) => document.querySelectorAll(selector).length;
