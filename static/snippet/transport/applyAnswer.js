/** @import {Cookies} from '../types.js' */

/**
 * Keeps what the server wants kept: the cookies of its `state:store` handles (edge-protocol.md, sections 4 and 7), and no
 * others than those of the organisation.
 *
 * @param {string} text the answer's body
 * @param {Cookies} cookies
 */
export const applyAnswer = (text, { prefix, write }) => {
  for (const { type, payload } of (text && JSON.parse(text).handle) || []) {
    if (type !== "state:store") continue;
    for (const { key, value, maxAge, attrs = {} } of payload) {
      if (key.startsWith(prefix)) write(key, value, maxAge, attrs.SameSite);
    }
  }
};
