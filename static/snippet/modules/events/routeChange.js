/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ settle = {} }, trigger, tools) => {
  const { until, max = 800 } = settle;
  const { document, page, elements } = tools;
  let old = {};
  /** Ends the settling of the current route. @type {(unloading?: boolean) => void} */
  let finish = () => {};

  const look = () => {
    const heading = document.querySelector("h1");
    return page.title() + "\n" + (heading && elements.text(heading));
  };

  // A route that changes again, or a page that goes away, settles what it was doing first: nothing is lost.
  tools.on("@hide", () => finish(true));
  tools.on("@leave", () => {
    finish();
    old = { oldUrl: page.url(), oldPath: page.path() };
  });

  tools.on("@route", () => {
    const since = tools.now();
    const before = look();
    const of = old;
    finish = (unloading) => {
      finish = () => {};
      stopWaiting();
      stopLooking();
      const facts = { url: page.url(), path: page.path(), title: page.title(), ...of, durationMs: tools.now() - since };
      trigger({ facts, unloading });
    };
    const stopWaiting = tools.delay(() => finish(), max);
    const stopLooking = tools.observe(() => look() !== before && finish());
    if (until === "none") finish();
  });
};
