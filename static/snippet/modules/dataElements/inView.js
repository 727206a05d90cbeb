/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ selector }, { document, root }) => {
  const element = document.querySelector(selector);
  if (!element) return undefined;
  const { bottom, height, left, right, top, width } = element.getBoundingClientRect();
  const part = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ most) => Math.max(0, Math.min(to, most) - Math.max(from, 0));
  const share = (part(top, bottom, root.innerHeight) * part(left, right, root.innerWidth)) / (height * width);
  return Math.round(share * 100) || 0;
};
