/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ value }) => value;
