/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ selector, get = "text" }, { document, elements }) => {
  const element = document.querySelector(selector);
  if (!element) return undefined;
  if (get[0] === "@") return elements.attribute(element, get.slice(1));
  return get === "value" ? elements.value(element) : elements.text(element);
};
