/** @import {EventModule} from '../../types.js' */

/** Dragging a window's edge is one change. */
const SETTLE_MS = 300;

/** @type {EventModule} */
export default ({ what = "orientation" }, trigger, tools) => {
  const look = () => {
    const { innerWidth: width, innerHeight: height } = tools.root;
    return { width, height, orientation: width > height ? "landscape" : "portrait" };
  };
  let before = look();
  let stop = () => {};
  tools.on("resize", () => {
    stop();
    stop = tools.delay(() => {
      const now = look();
      const isChanged = what === "orientation" ? now.orientation !== before.orientation : now.width !== before.width;
      before = now;
      if (isChanged) trigger({ facts: now });
    }, SETTLE_MS);
  });
};
