/** @import {EventModule} from '../../types.js' */

/** Clicks further apart than this, in pixels, are at different things. */
const NEAR_PX = 30;

/** @type {EventModule} */
export default ({ clicks = 3, within = 1000, target }, trigger, tools) => {
  /** @type {{at: number, x: number, y: number}[]} */
  let recent = [];
  tools.on("click", (event) => {
    const found = tools.match(event, target, false);
    // By the keyboard, a click is nowhere.
    if (!found || !event.detail) return;
    const click = { at: tools.now(), x: event.clientX, y: event.clientY };
    const isNear = (/** @type {typeof click} */ one) => click.at - one.at < within && Math.hypot(one.x - click.x, one.y - click.y) < NEAR_PX;
    recent = [...recent.filter(isNear), click];
    if (recent.length === clicks) trigger({ facts: { clicks }, element: found.element });
  });
};
