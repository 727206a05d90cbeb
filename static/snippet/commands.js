import { isObject } from "./engine/isObject.js";
import { own } from "./engine/own.js";
import { plain } from "./engine/plain.js";

/**
 * What `heliograph(name, …)` can do: this, and what monitor.js and parts have added to `commands`.
 *
 * @param {{
 *   commands: Record<string, (...args: any[]) => unknown>,
 *   purposes: string[],
 *   track: (eventType: string | undefined, xdm: any) => void,
 *   call: (name: unknown, detail: any) => void,
 *   consent: (choices: any) => void,
 *   identity: () => Promise<{ECID: string}>,
 * }} needs
 * @returns {(name: unknown, ...args: any[]) => unknown} throws an error that says what to write instead
 */
export const createCommands = ({ commands, purposes, call, track, consent, identity }) => {
  const setConsent = (/** @type {any} */ choices) => {
    for (const purpose of Object.keys(choices)) {
      if (!purposes.includes(purpose) || !/^(granted|denied)$/.test(choices[purpose])) {
        throw Error(`granted or denied: ${purposes}`);
      }
    }
    consent(choices);
  };
  Object.assign(commands, {
    track: (/** @type {any} */ type, /** @type {any} */ options) => {
      const isTyped = typeof type === "string";
      const { xdm = {} } = (isTyped ? options : type) || {};
      if (!isObject(xdm)) throw Error("xdm: no object");
      track(isTyped ? type : undefined, plain(xdm));
    },
    call: (/** @type {unknown} */ name, /** @type {unknown} */ detail) => call(name, plain(detail)),
    setConsent,
    getIdentity: identity,
    // Their names of before.
    consent: setConsent,
    identity,
  });

  return (name, ...args) => {
    const run = own(commands, /** @type {string} */ (name)) && commands[/** @type {string} */ (name)];
    if (!run) throw Error(`use ${Object.keys(commands)}`);
    return run(...args);
  };
};
