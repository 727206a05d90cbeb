/** @import {EventModule} from '../../types.js' */
import { bareUrl } from "../../engine/bareUrl.js";

/** @type {EventModule} */
export default ({ target, onlyIf }, trigger, tools) =>
  tools.on("submit", (event) => {
    const found = tools.match(event, target, false);
    if (!found) return;
    const form = event.composedPath()[0];
    // Not `form.id`: that may be a field of this name.
    const of = (/** @type {string} */ name) => tools.elements.attribute(form, name) || undefined;
    const facts = { id: of("id"), name: of("name"), action: bareUrl(of("action")), method: (of("method") || "get").toLowerCase() };
    const tell = () => trigger({ facts: tools.plain(facts), element: found.element, unloading: true });
    if (onlyIf !== "valid-and-not-prevented") tell();
    // Only when the page's own scripts have had their say.
    else tools.delay(() => event.defaultPrevented || form.matches(":invalid") || tell(), 0);
  });
