/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ get }, { root }) => {
  const [entry] = root.performance.getEntriesByType("navigation");
  const { domContentLoadedEventEnd: domReady, loadEventEnd: loaded, responseEnd: received, responseStart: firstByte, transferSize: bytes } = entry;
  // What has not happened yet is 0.
  return Math.round(/** @type {any} */ ({ firstByte, received, domReady, loaded, bytes })[get]) || undefined;
};
