/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ below = 1000000000 }, { random }) => /** @type {number} */ (new Uint32Array(random(4).buffer)[0]) % below;
