/** What has a role by itself, of the roles that people click on. */
const NATIVE = {
  button: "button,summary,[type=button],[type=submit],[type=reset],[type=image]",
  link: "[href]",
  checkbox: "[type=checkbox]",
  radio: "[type=radio]",
};

/**
 * Whether assistive technology is told that the element has this role.
 * @type {(element: Element, role: string) => boolean}
 */
export const hasRole = (element, role) => {
  const given = element.getAttribute("role");
  return given ? given === role : element.matches(/** @type {any} */ (NATIVE)[role] || role);
};
