/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ get }, { visit }) => {
  const { sessions } = visit();
  return get === "sessions" ? sessions : sessions === 1;
};
