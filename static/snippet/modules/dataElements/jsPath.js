/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ path }, { at, root }) => at(root, path);
