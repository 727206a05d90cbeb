/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ get }, { root }) => {
  const { innerWidth, innerHeight, devicePixelRatio, screen } = root;
  const { width: screenWidth, height: screenHeight, colorDepth } = screen;
  return /** @type {any} */ ({ innerWidth, innerHeight, screenWidth, screenHeight, colorDepth, devicePixelRatio })[get];
};
