/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ get }, { visits }) => visits()[get];
