/** @import {Platform} from '../types.js' */

/** What the snippet itself says; everything else is a DOM event. */
const OWN = /^(immediately|dom-ready|window-loaded|leave|route|hide|data)$/;

/**
 * Who hears of what: one listener on the page for each type of DOM event, whatever the number of rules.
 * @param {{platform: Platform}} needs
 */
export const createSignals = ({ platform }) => {
  /** @type {Map<string, ((detail: any) => void)[]>} */
  const listeners = new Map();

  /** @type {(type: string, detail?: any) => void} */
  const emit = (type, detail) => (listeners.get(type) || []).slice().forEach((listener) => listener(detail));

  /** @type {(type: string, listener: (detail: any) => void) => void} */
  const on = (type, listener) => {
    const present = listeners.get(type);
    if (present) return void present.push(listener);
    listeners.set(type, [listener]);
    if (!OWN.test(type)) platform.listen(type, (event) => emit(type, event));
  };

  return { on, emit };
};
