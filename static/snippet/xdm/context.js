/** @import {Core} from '../types.js' */
import { attempt } from "../engine/attempt.js";
import { remap } from "../engine/remap.js";

/** The name is a name: nothing is ever fetched from there. */
const NAME = "https://heliograph.dev/snippet";

/**
 * What every event says of the browser, with the paths that Adobe's Web SDK uses (edge-protocol.md, section 12).
 * @param {Pick<Core, "container" | "page" | "platform" | "version">} core
 */
export const createContext = ({ container, page, platform, version }) => {
  const { document, now, root } = platform;

  const all = () => {
    const { width, height, orientation = {} } = root.screen;
    const [screenOrientation] = /^(portrait|landscape)/.exec(orientation.type) || [];
    const { clientWidth, clientHeight } = document.documentElement;
    const localTimezoneOffset = new root.Date().getTimezoneOffset();
    return {
      implementationDetails: { name: NAME, version, environment: "browser" },
      web: { webPageDetails: { URL: page.url() }, webReferrer: { URL: page.referrer() } },
      device: { screenHeight: height, screenWidth: width, screenOrientation },
      environment: { type: "browser", browserDetails: { viewportWidth: clientWidth, viewportHeight: clientHeight } },
      placeContext: {
        localTime: localTime(now(), localTimezoneOffset),
        localTimezoneOffset,
        // The first of Intl loads the calendars of all the world: 20 ms were measured. Temporal knows it already.
        ianaTimezone: attempt(() => (root.Temporal ? root.Temporal.Now.timeZoneId() : root.Intl.DateTimeFormat().resolvedOptions().timeZone)),
      },
    };
  };

  return () =>
    remap(all(), (value, name) =>
      !container.context || name[0] === "i" || /** @type {string[]} */ (container.context).includes(name) ? value : undefined,
    );
};

/** `2026-11-24T05:47:50.521+01:00`; `offset`: minutes that UTC is ahead. @type {(now: number, offset: number) => string} */
const localTime = (now, offset) => {
  const iso = (/** @type {number} */ ms) => new Date(ms).toISOString();
  return iso(now - offset * 6e4).replace("Z", (offset > 0 ? "-" : "+") + iso(Math.abs(offset) * 6e4).slice(11, 16));
};
