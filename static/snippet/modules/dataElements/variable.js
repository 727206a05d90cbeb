/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ name }, { variables }) => variables.get(name);
