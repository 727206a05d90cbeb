/** Roles that HTML elements have by themselves, as far as people click on them. */
const NATIVE = [
  ["button", "button,summary,input[type=button],input[type=submit],input[type=reset],input[type=image]"],
  ["link", "a[href],area[href]"],
  ["checkbox", "input[type=checkbox]"],
  ["radio", "input[type=radio]"],
  ["option", "option"],
  ["combobox", "select"],
  ["textbox", "textarea,input:not([type]),input[type=text],input[type=email],input[type=tel],input[type=url]"],
  ["searchbox", "input[type=search]"],
  ["img", "img"],
];

/**
 * The role that assistive technology is told, or undefined.
 * @param {Element} element
 */
export const accessibleRole = (element) =>
  element.getAttribute("role") || NATIVE.find(([, selector]) => element.matches(/** @type {string} */ (selector)))?.[0];
