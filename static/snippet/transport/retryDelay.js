/** Tries one after the other, the first included. */
const MAX_TRIES = 4;
/** Before the second: this at least, and less than twice as much. It doubles with each try. */
const FIRST_DELAY_MS = 500;
/** After those, so long between two. */
const PAUSE_MS = 6e4;

/**
 * How long to wait before the next try, in ms.
 *
 * @param {{tries: number, told: number, jitter: number}} state `tries` that failed; `told`: what the server asked for, which
 *   wins, NaN where it asked for nothing; `jitter`: in [0, 1), so that the retries of many clients spread
 */
export const retryDelay = ({ tries, told, jitter }) =>
  told >= 0 ? told : tries < MAX_TRIES ? FIRST_DELAY_MS * 2 ** (tries - 1) * (1 + jitter) : PAUSE_MS;

/**
 * Milliseconds from now that a Retry-After asks for: seconds or an HTTP date (RFC 9110, 10.2.3). NaN for what is no such header.
 * @type {(retryAfter: any, now: number) => number}
 */
export const parseRetryAfter = (retryAfter, now) =>
  /^\d+$/.test(retryAfter) ? retryAfter * 1000 : Math.max(0, Date.parse(retryAfter) - now);
