/** @import {ActionModule} from '../../types.js' */

/** @type {ActionModule} */
export default (_settings, { element }, { elements, withIdentity }) => {
  // At once, while the click is on its way: the browser then follows what the link says now.
  const link = /** @type {any} */ (element && elements.up(element, "a[href],area[href]"));
  if (link) link.href = withIdentity(link.href);
};
