/** Tries of one request, the first included. */
const MAX_TRIES = 4;
/** After so long, what waits is better kept in storage. */
const MAX_TOTAL_MS = 3e5;
const FIRST_DELAY_MS = 1000;

/**
 * How long to wait before the next try, in ms; undefined when there is to be none.
 *
 * @param {{
 *   tries: number,
 *   since: number,
 *   now: number,
 *   retryAfter?: string | null | undefined,
 *   jitter: number,
 * }} state `tries` that failed; `since`: time of the first; `retryAfter`: the header as received, seconds or an HTTP date
 *   (RFC 9110, 10.2.3), which wins; `jitter`: in [0, 1), so that the retries of many clients spread over the upper half
 * @returns {number | undefined}
 */
export const retryDelay = ({ tries, since, now, retryAfter, jitter }) => {
  const told = parseRetryAfter(retryAfter, now);
  const delay = told >= 0 ? told : FIRST_DELAY_MS * 2 ** (tries - 1) * (0.5 + jitter / 2);
  return tries < MAX_TRIES && now + delay - since <= MAX_TOTAL_MS ? delay : undefined;
};

/**
 * Milliseconds from now; NaN for what is no such header.
 * @type {(retryAfter: any, now: number) => number}
 */
export const parseRetryAfter = (retryAfter, now) =>
  /^\d+$/.test(retryAfter) ? retryAfter * 1000 : Math.max(0, Date.parse(retryAfter) - now);
