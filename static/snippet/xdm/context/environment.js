/** @import {Core} from '../../types.js' */

/** @param {Pick<Core, "platform">} core */
export const environment = ({ platform }) => {
  const { clientWidth, clientHeight } = platform.document.documentElement;
  return { environment: { type: "browser", browserDetails: { viewportWidth: clientWidth, viewportHeight: clientHeight } } };
};
