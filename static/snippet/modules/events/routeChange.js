/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ settle }, trigger, { on, delay, observe, duration, now, page, elements, find }) => {
  const maxMs = duration(settle?.max ?? "800ms");
  /** Ends the settling of the current route. @type {(unloading?: boolean) => void} */
  let finish = () => {};

  const look = () => {
    const heading = find("h1");
    return `${page.title()}\n${heading && elements.text(heading)}`;
  };

  // A route that changes again, or a page that goes away, settles what it was doing first: nothing is lost.
  on("leave", () => {
    finish();
    old = { oldUrl: page.url(), oldPath: page.path() };
  });
  on("hide", () => finish(true));

  let old = { oldUrl: "", oldPath: "" };

  on("route", () => {
    const since = now();
    const before = look();
    const of = old;
    finish = (unloading) => {
      finish = () => {};
      stopWaiting();
      stopLooking();
      const facts = { url: page.url(), path: page.path(), title: page.title(), ...of, durationMs: now() - since };
      trigger({ facts, unloading });
    };
    const stopWaiting = delay(() => finish(), maxMs);
    const stopLooking = observe(() => look() !== before && finish());
  });
};
