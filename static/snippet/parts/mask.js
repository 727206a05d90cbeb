/** @import {Part} from '../types.js' */

/** Every character but white space is an asterisk: how long it was can be seen, and nothing else. */
const hide = (/** @type {any} */ text) => (typeof text === "string" ? text.replace(/\S/g, "*") : undefined);

/**
 * Elements whose text and value are only read masked, by themselves or as a part of what is around them.
 *
 * @type {Part}
 */
export default ({ container, elements }) => {
  const { mask } = container.privacy;
  if (!mask) return;
  const { attribute, property, text, up, value } = elements;
  const selector = mask.join();
  const isMasked = (/** @type {Element} */ element) => !!up(element, selector);

  elements.text = (element) => {
    const whole = text(element);
    if (!whole || isMasked(element)) return hide(whole);
    let left = whole;
    for (const one of element.querySelectorAll(selector)) {
      const part = text(one);
      // Cut at the end of what is read, a part is not found in the whole: then nothing of it can be told apart.
      if (part && !whole.includes(part)) return hide(whole);
      if (part) left = left.split(part).join(hide(part));
    }
    return left;
  };
  elements.value = (element) => (isMasked(element) ? hide(value(element)) : value(element));
  elements.attribute = (element, name) => {
    const said = attribute(element, name);
    return /^value$/i.test(name) && isMasked(element) ? hide(said) : said;
  };
  elements.property = (element, path) => {
    if (/value/i.test(String(path[0]))) return elements.value(element);
    return /text|html/i.test(String(path[0])) ? elements.text(element) : property(element, path);
  };
};
