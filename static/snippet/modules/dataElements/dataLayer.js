/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ path }, { at, state }) => at(state, path);
