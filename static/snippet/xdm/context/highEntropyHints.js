/** @import {Platform} from '../../types.js' */

/**
 * Client hints that the browser gives on request only, and later. They say nothing about the moment, so they are laid
 * under events when those are sent: by then they are nearly always there.
 *
 * @param {{platform: Platform}} needs
 * @returns {() => any} the XDM of what is known so far
 */
export const createHighEntropyHints = ({ platform }) => {
  /** @type {any} */
  let known = {};
  const answer = platform.highEntropyHints();
  if (answer) {
    answer.then(
      ({ architecture, bitness, model, platformVersion, wow64 }) => {
        const userAgentClientHints = { architecture, bitness, model, platformVersion, wow64 };
        known = { environment: { browserDetails: { userAgentClientHints } } };
      },
      () => {},
    );
  }
  return () => known;
};
