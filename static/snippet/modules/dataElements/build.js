/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ get }, { about }) => about[get];
