/** The editor of a rule or a data element: parts of the form come and go without a reload, faults as one types. */
import { findFields } from "./findFields.js";
import { keepUnsaved } from "./keepUnsaved.js";
import { redrawForm } from "./redrawForm.js";

redrawForm(document);
findFields(document);
keepUnsaved(document);
