/** @import {Part} from '../types.js' */

/**
 * Properties that keep nothing in the browser: no cookie, no localStorage. Consent, counters, events that wait and the
 * visitor's identity live as long as the page.
 *
 * @type {Part}
 */
export default ({ consent, container, cookies, identity, storage }) => {
  if (!container.privacy.cookieless) return;
  /** @type {Record<string, any>} */
  const memory = Object.create(null);
  const said = Object.create(null);

  Object.assign(cookies, { all: () => [], domain: () => "", read: () => undefined, write: () => {} });
  Object.assign(storage, {
    get: (/** @type {string} */ key) => memory[key],
    set: (/** @type {string} */ key, /** @type {any} */ value) => void (memory[key] = value),
    persist: () => {},
    clear: () => Object.keys(memory).forEach((key) => delete memory[key]),
  });
  consent.state = (purpose) => said[purpose] || container.consent.default;
  consent.say = (choices) => void Object.assign(said, choices);
  // The server is not asked for one: it would answer with cookies.
  identity.isDue = () => false;
  return { consent: consent.state };
};
