/** @import {ActionModule} from '../../types.js' */

/** @type {ActionModule} */
export default ({ name, detail }, scope, { burst, call, plain, resolve }) => {
  const given = plain(resolve(detail, scope));
  return () => {
    burst();
    call(name, given);
  };
};
