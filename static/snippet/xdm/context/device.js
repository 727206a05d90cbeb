/** @import {Platform} from '../../types.js' */

/** @param {{platform: Platform}} needs */
export const device = ({ platform }) => {
  const { width, height, orientation } = platform.screen();
  const [, screenOrientation] = /^(portrait|landscape)/.exec(orientation || "") || [];
  return { device: { screenHeight: height, screenWidth: width, screenOrientation } };
};
