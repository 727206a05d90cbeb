/** What the mapping editor adds with scripts: its preview follows what is written. */
import { followMapping } from "./followMapping.js";

const form = document.querySelector("form[data-preview]");
if (form instanceof HTMLFormElement) followMapping(form);
