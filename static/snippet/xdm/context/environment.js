/** @import {Platform} from '../../types.js' */

/** @param {{platform: Platform}} needs */
export const environment = ({ platform }) => {
  const { width, height } = platform.viewport();
  return { environment: { type: "browser", browserDetails: { viewportWidth: width, viewportHeight: height } } };
};
