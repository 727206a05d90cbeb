/** @import {ActionModule} from '../../types.js' */

/** @type {ActionModule} */
export default ({ name, value, until }, scope, { plain, resolve, variables }) =>
  // At once: a rule that comes after this one, at the same event, sees it.
  variables.set(name, plain(resolve(value, scope)), until === "route");
