/** @import {ActionModule, MappingEntry} from '../../types.js' */

/** @type {MappingEntry} */
const PAGE_VIEW = { path: ["web", "webPageDetails", "pageViews", "value"], value: 1 };

/** @type {ActionModule} */
export default ({ eventType, xdm = [], isPageView, transport }, scope, { draft, resolve, send }) => {
  const made = draft(/** @type {string} */ (resolve(eventType, scope)), isPageView ? [PAGE_VIEW].concat(xdm) : xdm, scope);
  if (transport === "unload-safe") made.unloading = true;
  return () => send(made);
};
