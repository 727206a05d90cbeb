/** @import {Row, Signal, Status} from './types.js' */

const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 30_000;

/**
 * The server's events. A connection that breaks is opened again where it stopped; only being signed out is for good.
 *
 * @param {{
 *   url: string,
 *   onRow: (row: Row) => void,
 *   onLost: (lines: number) => void,
 *   onStatus: (status: Status) => void,
 *   onSignal: (signal: Signal) => void,
 * }} needs
 */
export function createStream({ url, onRow, onLost, onStatus, onSignal }) {
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let filter = "";
  let cursor = "";
  let retryMs = FIRST_RETRY_MS;

  function connect() {
    source?.close();
    clearTimeout(timer);
    const query = new URLSearchParams(filter);
    if (cursor) query.set("after", cursor);
    const opened = new EventSource(`${url}?${query}`);
    source = opened;
    opened.addEventListener("open", () => {
      retryMs = FIRST_RETRY_MS;
      onSignal("live");
    });
    listen(opened, "row", onRow);
    listen(opened, "lost", ({ lines }) => onLost(lines));
    listen(opened, "status", onStatus);
    listen(opened, "end", ({ reason }) => {
      if (reason !== "signed-out") return;
      opened.close();
      onSignal("signed-out");
    });
    opened.addEventListener("error", () => {
      if (opened !== source) return;
      if (opened.readyState === EventSource.CLOSED) void explain();
      else onSignal("lost");
    });
  }

  /**
   * @param {EventSource} opened
   * @param {string} name
   * @param {(data: any) => void} heard
   */
  function listen(opened, name, heard) {
    opened.addEventListener(name, (event) => {
      if (opened !== source) return;
      cursor = event.lastEventId || cursor;
      heard(JSON.parse(event.data));
    });
  }

  /** A stream that was refused does not say why: ask without opening one. */
  async function explain() {
    const status = await fetch(url, { method: "HEAD" }).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 401) return onSignal("signed-out");
    onSignal(status === 503 ? "full" : "lost");
    timer = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  }

  return {
    /**
     * Begin, or begin anew with another filter.
     *
     * @param {string} query Of the filter, as in a URL.
     * @param {string} after Where to go on; empty: with the last lines there are.
     */
    open(query, after) {
      filter = query;
      cursor = after;
      onSignal("connecting");
      connect();
    },
    /** Until it is opened again. */
    close() {
      clearTimeout(timer);
      source?.close();
      source = undefined;
    },
  };
}
