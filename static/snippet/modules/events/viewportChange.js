/** @import {EventModule} from '../../types.js' */

/** Dragging a window's edge is one change. */
const SETTLE_MS = 300;

/** @type {EventModule} */
export default ({ what = "orientation" }, trigger, tools) => {
  const look = () => {
    const { innerWidth: width, innerHeight: height } = tools.root;
    return { width, height, orientation: width > height ? "landscape" : "portrait", zoom: tools.root.devicePixelRatio };
  };
  let before = look();
  let stop = () => {};
  tools.on("resize", () => {
    stop();
    stop = tools.delay(() => {
      const now = look();
      const changing = /** @type {"orientation" | "width" | "zoom"} */ (what === "size" ? "width" : what);
      const isChanged = now[changing] !== before[changing];
      before = now;
      if (isChanged) trigger({ facts: now });
    }, SETTLE_MS);
  });
};
