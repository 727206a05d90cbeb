/** @import {Signal} from './types.js' */
import { element } from "../element.js";

/** @type {{ [signal in Signal]: string }} */
const TEXTS = {
  connecting: "Connecting",
  live: "Watching",
  lost: "Connection lost, trying again",
  full: "Too many live pages are open, trying again",
  "signed-out": "You were signed out",
};

/**
 * The lamp and the words beside the title.
 *
 * @param {{ place: HTMLElement, login: string }} needs `login`: where to sign in again.
 */
export function createSignal({ place, login }) {
  const lamp = place.querySelector(".signal-lamp");
  const text = place.querySelector("[data-signal-text]");
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {Signal} */
  let signal = "connecting";
  let isPaused = false;

  function show() {
    place.dataset.state = signal === "live" && isPaused ? "paused" : signal;
    text?.replaceChildren(signal === "live" && isPaused ? "Paused" : TEXTS[signal]);
    if (signal === "signed-out") text?.append(" ", element("a", { href: login }, "Sign in"));
  }

  return {
    /** @param {Signal} now */
    set(now) {
      signal = now;
      show();
    },
    /** @param {boolean} paused */
    pause(paused) {
      isPaused = paused;
      show();
    },
    /** An event came: the mirror catches the sun. */
    flash() {
      if (isCalm.matches || isPaused) return;
      lamp?.animate([{ boxShadow: "0 0 0 0 currentColor" }, { boxShadow: "0 0 0 7px transparent" }], {
        duration: 700,
        easing: "ease-out",
      });
    },
  };
}
