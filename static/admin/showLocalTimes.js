const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** @type {Record<string, Intl.DateTimeFormat>} */
const FORMATS = { clock: CLOCK, date: DATE, time: TIME };

/**
 * Writes the reader's own time into every <time data-local>; what the server wrote, in UTC, stays as its title.
 *
 * @param {ParentNode} root
 */
export function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    const moment = new Date(time.getAttribute("datetime") ?? "");
    if (Number.isNaN(moment.getTime())) continue;
    time.setAttribute("title", moment.toISOString());
    time.textContent = (FORMATS[time.getAttribute("data-local") ?? ""] ?? FULL).format(moment);
  }
}
