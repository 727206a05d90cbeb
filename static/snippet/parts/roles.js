/** @import {Part} from '../types.js' */
import { cleanText } from "../engine/cleanText.js";

/** What has a role by itself, of the roles that people click on. */
const NATIVE = {
  button: "button,summary,[type=button],[type=submit],[type=reset],[type=image]",
  link: "[href]",
  checkbox: "[type=checkbox]",
  radio: "[type=radio]",
};

/** Targets by role and name: what assistive technology is told of the element, nearly. @type {Part} */
export default ({ elements }) => {
  const { attribute, text, value } = elements;
  const nameOf = (/** @type {Element} */ element) =>
    cleanText(attribute(element, "aria-label") || text(element) || value(element) || attribute(element, "title") || "");
  return {
    hasRole: (element, { role, name }) => {
      const given = element.getAttribute("role");
      const has = given ? given === role : element.matches(/** @type {any} */ (NATIVE)[role] || role);
      return has && (!name || nameOf(element) === cleanText(name));
    },
  };
};
