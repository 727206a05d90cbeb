/** @import {Core, Notify} from './types.js' */
import { attempt } from "./engine/attempt.js";
import { own } from "./engine/own.js";

/**
 * Tells the page's monitors what goes on: the hooks of the type `Monitor`, and nothing else. A page puts monitors into
 * `heliographMonitors`, before or after the snippet is there. One that throws bothers nobody.
 *
 * @param {Pick<Core, "commands" | "platform">} core
 * @returns {Notify}
 */
export const createMonitor = ({ commands, platform }) => {
  const { root } = platform;
  let isDebugged = /[?&]heliograph_debug\b/.test(root.location.search);
  commands.debug = (isOn = true) => void (isDebugged = isOn);
  commands.on = (monitor) => void (root.heliographMonitors = root.heliographMonitors || []).push(monitor);
  return (hook, detail) => {
    if (isDebugged) root.console.info("heliograph", hook, detail);
    attempt(() =>
      root.heliographMonitors.forEach((/** @type {any} */ monitor) => attempt(() => own(monitor, hook) && monitor[hook](detail))),
    );
  };
};
