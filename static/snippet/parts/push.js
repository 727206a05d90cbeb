/** @import {Part} from '../types.js' */

/** The page's data layer, for who has something to tell it. @type {Part} */
export default ({ container, platform }) => {
  const { root } = platform;
  const { name } = container.dataLayer;
  return { pushToLayer: (item) => void (root[name] = root[name] || []).push(item) };
};
