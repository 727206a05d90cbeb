/** @import {Core} from '../../types.js' */

/** @param {Pick<Core, "platform">} core */
export const device = ({ platform }) => {
  const { width, height, orientation = {} } = platform.root.screen;
  const [screenOrientation] = /^(portrait|landscape)/.exec(orientation.type) || [];
  return { device: { screenHeight: height, screenWidth: width, screenOrientation } };
};
