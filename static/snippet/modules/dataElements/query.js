/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ name }, { page }) => page.location().searchParams.get(name);
