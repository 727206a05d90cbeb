/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ name }, { cookie }) => cookie(name);
