/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ get }, { lastLink }) => lastLink()[get];
