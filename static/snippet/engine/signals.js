/** @import {Core} from '../types.js' */

/**
 * Who hears of what: one listener on the page for each type of DOM event, whatever the number of rules. What begins with
 * `@` is no DOM event, but said by the snippet itself.
 *
 * @param {Pick<Core, "platform">} core
 * @returns {Pick<Core, "on" | "emit">}
 */
export const createSignals = ({ platform }) => {
  /** @type {Record<string, ((detail: any) => void)[]>} */
  const listeners = Object.create(null);
  const emit = (/** @type {string} */ type, /** @type {any} */ detail) =>
    (listeners[type] || []).forEach((listener) => listener(detail));
  return {
    emit,
    on: (type, listener) => {
      if (!listeners[type] && type[0] !== "@") platform.listen(platform.root, type, (event) => emit(type, event));
      (listeners[type] = listeners[type] || []).push(listener);
    },
  };
};
