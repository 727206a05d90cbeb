import { isObject } from "./engine/isObject.js";
import { own } from "./engine/own.js";
import { plain } from "./engine/plain.js";

/**
 * What `heliograph(name, …)` can do.
 *
 * @param {{
 *   purposes: string[],
 *   track: (eventType: string | undefined, xdm: any) => void,
 *   call: (name: unknown, detail: any) => void,
 *   consent: (choices: any) => void,
 *   identity: () => Promise<{ECID: string}>,
 * }} needs
 * @returns {(name: unknown, ...args: any[]) => unknown} throws an error that says what to write instead
 */
export const createCommands = ({ purposes, call, track, consent, identity }) => {
  const commands = {
    track: (/** @type {any} */ type, /** @type {any} */ options) => {
      const isTyped = typeof type === "string";
      const { xdm = {} } = (isTyped ? options : type) || {};
      if (!isObject(xdm)) throw Error("xdm: no object");
      track(isTyped ? type : undefined, plain(xdm));
    },
    call: (/** @type {unknown} */ name, /** @type {unknown} */ detail) => call(name, plain(detail)),
    consent: (/** @type {any} */ choices) => {
      for (const purpose of Object.keys(choices)) {
        if (!purposes.includes(purpose) || !/^(granted|denied)$/.test(choices[purpose])) {
          throw Error(`granted or denied: ${purposes}`);
        }
      }
      consent(choices);
    },
    identity,
  };

  return (name, ...args) => {
    if (!own(commands, /** @type {string} */ (name))) throw Error(`use ${Object.keys(commands)}`);
    return /** @type {any} */ (commands)[/** @type {string} */ (name)](...args);
  };
};
