/** @import {Outcome} from './types.js' */
import { isObject } from "./engine/isObject.js";
import { own } from "./engine/own.js";
import { plain } from "./engine/plain.js";

/**
 * What `heliograph(name, …)` can do.
 *
 * @param {{
 *   purposes: string[],
 *   track: (eventType: string | undefined, xdm: any) => Promise<Outcome>,
 *   consent: (choices: any) => void,
 *   identity: () => Promise<{ECID: string}>,
 * }} needs
 * @returns {(name: unknown, args: unknown[]) => unknown} throws an error that says what to write instead
 */
export const createCommands = ({ purposes, track, consent, identity }) => {
  /** @type {Record<string, (...args: any[]) => unknown>} */
  const commands = {
    track: (...args) => {
      const eventType = typeof args[0] === "string" ? args.shift() : undefined;
      const { xdm = {} } = args[0] || {};
      if (!isObject(xdm)) throw new Error('heliograph("track", eventType, {xdm}): xdm must be an object');
      return track(eventType, plain(xdm));
    },
    consent: (choices) => {
      if (!isObject(choices)) throw new Error('heliograph("consent", {purpose: "granted" or "denied"})');
      for (const purpose of Object.keys(choices)) {
        if (!purposes.includes(purpose)) throw new Error(`"${purpose}" is no purpose; there are: ${purposes.join(", ")}`);
        if (!/^(granted|denied)$/.test(choices[purpose])) throw new Error(`"${purpose}" must be "granted" or "denied"`);
      }
      return consent(choices);
    },
    identity,
  };

  return (name, args) => {
    if (!own(commands, String(name))) throw new Error(`"${name}" is no command; there are: ${Object.keys(commands).join(", ")}`);
    return /** @type {any} */ (commands)[String(name)](...args);
  };
};
