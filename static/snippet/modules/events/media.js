/** @import {EventModule} from '../../types.js' */
import { bareUrl } from "../../engine/bareUrl.js";

/** @type {EventModule} */
export default ({ target = "video,audio", on: steps = ["play", "ended"], percent = [], seconds = [] }, trigger, tools) => {
  /** @type {WeakMap<Element, Set<string>>} */
  const reached = new WeakMap();

  const tell = (/** @type {HTMLMediaElement} */ media, /** @type {string} */ step, /** @type {object} */ more = {}) => {
    const { currentTime, currentSrc, duration, muted } = media;
    const facts = { step, seconds: Math.round(currentTime), duration: Math.round(duration), source: bareUrl(currentSrc), muted };
    trigger({ facts: tools.plain({ ...facts, ...more }), element: media });
  };
  /** The media that an event is about. @type {(event: Event) => any} */
  const mediaOf = (event) => (tools.match(event, target, true) || {}).element;

  for (const step of steps) {
    tools.on(step === "seek" ? "seeked" : step, (event) => {
      const media = mediaOf(event);
      // At its end, media is paused as well.
      if (media && !(step === "pause" && media.ended)) tell(media, step);
    });
  }

  tools.on("timeupdate", (event) => {
    const media = (percent.length || seconds.length) && mediaOf(event);
    if (!media) return;
    // What was really played: jumping forward counts for nothing.
    let played = 0;
    for (let index = 0; index < media.played.length; index++) played += media.played.end(index) - media.played.start(index);
    const told = reached.get(media) || new Set();
    reached.set(media, told);
    const pass = (/** @type {number[]} */ thresholds, /** @type {string} */ unit, /** @type {number} */ value) => {
      for (const threshold of thresholds) {
        if (told.has(threshold + unit) || !(value >= threshold)) continue;
        told.add(threshold + unit);
        tell(media, "progress", { [unit]: threshold });
      }
    };
    pass(percent, "percent", (played / media.duration) * 100);
    pass(seconds, "played", played);
  });
};
