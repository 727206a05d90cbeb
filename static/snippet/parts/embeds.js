// needs: parts/watch
/** @import {Part} from '../types.js' */

/** A library that a page loads itself may come later than its players: looked for so often, in ms, and so many times. */
const EVERY_MS = 500;
const MAX_LOOKS = 40;

/** Players of other sites in a page, once the page has loaded their library. @type {Part} */
export default (core) => ({
  embeds: (selector, library, found) => {
    const { platform, tools } = core;
    /** @type {(frame: Element, looks: number) => void} */
    const look = (frame, looks) => {
      const there = library(platform.root);
      if (there) found(frame, there);
      else if (looks) platform.delay(() => look(frame, looks - 1), EVERY_MS);
    };
    tools.watch(selector, (frame) => look(frame, MAX_LOOKS));
  },
});
