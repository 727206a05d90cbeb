/** @import {ActionModule} from '../../types.js' */

/** @type {ActionModule} */
export default ({ name, detail }, scope, { call, plain, resolve }) => {
  const given = plain(resolve(detail, scope));
  return () => call(name, given);
};
