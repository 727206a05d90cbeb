/** @import {EventModule} from '../../types.js' */
import { bareUrl } from "../../engine/bareUrl.js";

/** @type {EventModule} */
export default ({ target = "video,audio", on: steps = ["play", "ended"], percent = [] }, trigger, tools) => {
  /** @type {WeakMap<Element, Set<number>>} */
  const reached = new WeakMap();

  const tell = (/** @type {HTMLMediaElement} */ media, /** @type {string} */ step, /** @type {number | undefined} */ threshold) => {
    const { currentTime, currentSrc, duration, muted } = media;
    const seconds = Math.round(currentTime);
    const facts = { step, percent: threshold, seconds, duration: Math.round(duration), source: bareUrl(currentSrc), muted };
    trigger({ facts: tools.plain(facts), element: media });
  };
  /** The media that an event is about. @type {(event: Event) => any} */
  const mediaOf = (event) => (tools.match(event, target, true) || {}).element;

  for (const step of steps) {
    tools.on(step === "seek" ? "seeked" : step, (event) => {
      const media = mediaOf(event);
      // At its end, media is paused as well.
      if (media && !(step === "pause" && media.ended)) tell(media, step, undefined);
    });
  }

  tools.on("timeupdate", (event) => {
    const media = percent.length && mediaOf(event);
    if (!media) return;
    // What was really played: jumping forward counts for nothing.
    let played = 0;
    for (let index = 0; index < media.played.length; index++) played += media.played.end(index) - media.played.start(index);
    const told = reached.get(media) || new Set();
    reached.set(media, told);
    for (const threshold of percent) {
      if (told.has(threshold) || !(played / media.duration >= threshold / 100)) continue;
      told.add(threshold);
      tell(media, "progress", threshold);
    }
  });
};
