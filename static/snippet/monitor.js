/** @import {Monitor, Notify, Platform} from './types.js' */
import { own } from "./engine/own.js";

/** Where a page puts its monitors, before or after the snippet is there. */
const MONITORS = "heliographMonitors";

/**
 * Tells the page's monitors what goes on: the hooks of the type {@link Monitor}, and nothing else.
 *
 * @param {{platform: Platform}} needs
 * @returns {Notify}
 */
export const createMonitor = ({ platform }) => {
  const { root } = platform;
  const isDebugged = /[?&]heliograph_debug\b/.test(platform.url());

  return (hook, detail) => {
    try {
      if (isDebugged) platform.log("heliograph", hook, detail);
      if (!own(root, MONITORS)) return;
      for (const monitor of root[MONITORS]) if (own(monitor, hook)) monitor[hook](detail);
    } catch {
      // A monitor that throws is told nothing more of this, and nobody else is bothered.
    }
  };
};
