/** @import {ActionModule} from '../../types.js' */

/** @type {ActionModule} */
export default ({ purposes = ["collect"], to }, _scope, { say }) => () => {
  say(Object.fromEntries(purposes.map((/** @type {string} */ purpose) => [purpose, to])));
};
