/** The form of a schema: rows without a round trip, field groups found as one types, a preview that follows. */
import { findChoices } from "./findChoices.js";
import { followPreview } from "./followPreview.js";
import { manageRows } from "./manageRows.js";

const form = document.querySelector("[data-schema-form]");
if (!(form instanceof HTMLFormElement)) throw new Error("the page lacks its form");

const choices = form.querySelector("[data-choices]");
if (choices) findChoices(choices);
const refresh = followPreview(form);
manageRows(form, refresh);
