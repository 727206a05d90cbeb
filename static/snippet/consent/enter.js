/** @import {Core} from '../types.js' */

/**
 * The door that finished events go through: open to those whose purposes are all granted, shut to those that need one
 * that is denied. The rest waits, in builds of properties that let it.
 *
 * @param {Core} core needs `isDenied`, `isGranted` and `tools`
 * @returns {Core["enter"]}
 */
export const createEnter = (core) => (consent, pass, drop = () => {}) => {
  const missing = consent.filter((purpose) => !core.isGranted(purpose));
  const { wait } = core.tools;
  if (!missing.length) pass();
  else if (!wait || missing.some(core.isDenied)) drop();
  else if (wait(consent, pass, drop)) return missing;
  return [];
};
