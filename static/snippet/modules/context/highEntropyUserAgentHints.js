/** @import {LateContextModule} from '../../types.js' */

const NAMES = ["architecture", "bitness", "model", "platformVersion", "wow64"];

/**
 * Client hints that the browser gives on request only, and later.
 * @type {LateContextModule}
 */
export default ({ root }, add) => {
  const { userAgentData } = root.navigator;
  if (!userAgentData) return;
  userAgentData.getHighEntropyValues(NAMES).then(
    (/** @type {any} */ hints) => {
      /** @type {any} */
      const userAgentClientHints = {};
      for (const name of NAMES) userAgentClientHints[name] = hints[name];
      add({ environment: { browserDetails: { userAgentClientHints } } });
    },
    () => {},
  );
};
