/** @import {EventModule} from '../../types.js' */
import { createPlayProgress } from "../../engine/playProgress.js";

/** The states of a player, as YouTube numbers them, that rules can wait for. */
const STEPS = /** @type {Record<number, string>} */ ({ 0: "ended", 1: "play", 2: "pause" });
/** Where it is, the player does not tell by itself. */
const EVERY_MS = 500;

/** @type {EventModule} */
export default ({ on: steps = ["play", "ended"], percent = [] }, trigger, tools) => {
  const found = (/** @type {any} */ frame, /** @type {any} */ YT) => {
    // The page's own player where it has one: two of one frame disturb each other.
    const player = (frame.id && YT.get && YT.get(frame.id)) || new YT.Player(frame);
    let stop = () => {};

    const tell = (/** @type {string} */ step, threshold = undefined) => {
      const { title, video_id: video } = player.getVideoData() || {};
      const [seconds, duration] = [player.getCurrentTime(), player.getDuration()].map(Math.round);
      trigger({ facts: tools.plain({ step, percent: threshold, seconds, duration, title, video }), element: frame });
    };
    const look = createPlayProgress(percent, (threshold) => tell("progress", /** @type {any} */ (threshold)));
    const run = () => {
      if (look(player.getCurrentTime(), player.getDuration()) && steps.includes("seek")) tell("seek");
    };
    const runOn = () => {
      run();
      stop = tools.delay(runOn, EVERY_MS);
    };

    player.addEventListener("onStateChange", (/** @type {{data: number}} */ { data }) => {
      stop();
      run();
      if (steps.includes(STEPS[data])) tell(/** @type {string} */ (STEPS[data]));
      if (data === 1) stop = tools.delay(runOn, EVERY_MS);
    });
  };
  tools.embeds('iframe[src*="youtube.com/embed/"],iframe[src*="youtube-nocookie.com/embed/"]', (root) => root.YT && root.YT.Player && root.YT, found);
};
