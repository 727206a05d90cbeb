/** Roles that elements have by themselves, as far as people click on them. */
const NATIVE = {
  button: "button,summary,input[type=button],input[type=submit],input[type=reset],input[type=image]",
  link: "a[href],area[href]",
  checkbox: "input[type=checkbox]",
  radio: "input[type=radio]",
  option: "option",
  img: "img",
};

/**
 * Whether assistive technology is told that the element has this role.
 * @type {(element: Element, role: string) => boolean}
 */
export const hasRole = (element, role) => {
  const given = element.getAttribute("role");
  return given ? given === role : element.matches(/** @type {any} */ (NATIVE)[role] || ":not(*)");
};
