/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ target, for: dwell = 500 }, trigger, tools) => {
  /** @type {Element | undefined} */
  let over;
  let stop = () => {};
  tools.on("mouseover", (event) => {
    const found = tools.match(event, target, false);
    const element = found && found.element;
    if (element === over) return;
    over = element;
    stop();
    if (element) {
      const facts = { seconds: dwell / 1000 };
      stop = tools.delay(() => trigger({ facts, element }), dwell);
    }
  });
  // Out of the window, nothing else is entered.
  tools.on("mouseout", ({ relatedTarget }) => {
    if (relatedTarget) return;
    over = undefined;
    stop();
  });
};
