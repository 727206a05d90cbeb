/** @import {EventModule} from '../../types.js' */
import { createPlayProgress } from "../../engine/playProgress.js";

/** @type {EventModule} */
export default ({ on: steps = ["play", "ended"], percent = [] }, trigger, tools) => {
  const found = (/** @type {any} */ frame, /** @type {any} */ Player) => {
    const player = new Player(frame);
    const [, video] = /video\/(\d+)/.exec(frame.src) || [];
    /** @type {string | undefined} */
    let title;
    player.getVideoTitle().then(
      (/** @type {string} */ said) => (title = said),
      () => {},
    );

    const tell = (/** @type {string} */ step, /** @type {any} */ at, threshold = undefined) => {
      const [seconds, duration] = [at.seconds, at.duration].map(Math.round);
      trigger({ facts: tools.plain({ step, percent: threshold, seconds, duration, title, video }), element: frame });
    };
    /** Where the player is. @type {any} */
    let now;
    const look = createPlayProgress(percent, (threshold) => tell("progress", now, /** @type {any} */ (threshold)));

    for (const step of steps) player.on(step === "seek" ? "seeked" : step, (/** @type {any} */ at) => tell(step, at));
    player.on("timeupdate", (/** @type {any} */ at) => {
      now = at;
      look(at.seconds, at.duration);
    });
  };
  tools.embeds('iframe[src*="player.vimeo.com/video/"]', (root) => root.Vimeo && root.Vimeo.Player, found);
};
