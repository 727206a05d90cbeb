/** What the mapping editor adds with scripts: its preview follows what is written, and fields are picked from a tree. */
import { followMapping } from "./followMapping.js";
import { pickFields } from "./pickFields.js";

const form = document.querySelector("form[data-preview]");
if (form instanceof HTMLFormElement) {
  followMapping(form);
  pickFields(form);
}
