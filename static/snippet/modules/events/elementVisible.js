/** @import {EventModule} from '../../types.js' */
import { attempt } from "../../engine/attempt.js";

/** @type {EventModule} */
export default ({ target, percent = 50, for: dwell = 0, frequency = "once-per-element", pierceShadow }, trigger, tools) => {
  const { root } = tools;
  const facts = { percent, seconds: dwell / 1000 };
  /** What calls off the waiting for an element that is in view. @type {Map<Element, () => void>} */
  const inView = new Map();
  /** By the share of an element that they wait for. @type {Map<number, IntersectionObserver>} */
  const observers = new Map();
  let isDone = false;

  const observerFor = (/** @type {number} */ share) => {
    const tell = (/** @type {Element} */ element) => {
      if (isDone) return;
      isDone = frequency === "once-per-page";
      if (frequency !== "every-time") observer.unobserve(element);
      trigger({ facts, element });
    };
    /** @type {IntersectionObserver} */
    const observer = new root.IntersectionObserver(
      (/** @type {IntersectionObserverEntry[]} */ entries) =>
        attempt(() => {
          for (const { intersectionRatio, isIntersecting, target: element } of entries) {
            const leave = inView.get(element);
            const isSeen = isIntersecting && intersectionRatio >= share;
            if (isSeen && !leave) inView.set(element, tools.delay(() => tell(element), dwell));
            if (isSeen || !leave) continue;
            leave();
            inView.delete(element);
          }
        }),
      { threshold: share },
    );
    observers.set(share, observer);
    return observer;
  };

  const found = (/** @type {Element} */ element) => {
    // One that is larger than the window can never be in it as a whole.
    const fitting = Math.min(1, root.innerHeight / element.getBoundingClientRect().height || 1);
    const share = Math.floor(percent * fitting * 10) / 1000;
    (observers.get(share) || observerFor(share)).observe(element);
  };
  tools.watch(target, found, pierceShadow);
};
