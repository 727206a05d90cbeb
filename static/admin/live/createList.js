/** @import {Row} from './types.js' */
import { showLocalTimes } from "../showLocalTimes.js";
import { rowElement, rowKey } from "./rowElement.js";

/**
 * The rows on the page, the newest first, at most `maxRows`; while it is held, new ones wait.
 *
 * @param {{
 *   list: HTMLElement,
 *   maxRows: number,
 *   onChange: () => void,
 * }} needs `onChange`: rows were shown, began to wait, or went.
 */
export function createList({ list, maxRows, onChange }) {
  /** @type {Row[]} */
  let arrived = [];
  let waitingRows = 0;
  let isHeld = false;
  let isScheduled = false;

  function show() {
    isScheduled = false;
    if (isHeld) return;
    // The newest stay when more came than the page keeps.
    const fresh = arrived.slice(-maxRows).filter((row) => !find(rowKey(row)));
    arrived = [];
    waitingRows = 0;
    for (const row of fresh) {
      const made = rowElement(row);
      made.classList.add("is-new");
      showLocalTimes(made);
      list.prepend(made);
    }
    while (list.children.length > maxRows) list.lastElementChild?.remove();
    onChange();
  }

  /** @param {string} key */
  function find(key) {
    return list.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  return {
    /** @param {Row} row */
    add(row) {
      arrived.push(row);
      if (arrived.length > maxRows) arrived.shift();
      if (isHeld) {
        waitingRows += 1;
        onChange();
      } else if (!isScheduled) {
        isScheduled = true;
        requestAnimationFrame(show);
      }
    },
    hold() {
      isHeld = true;
      onChange();
    },
    release() {
      isHeld = false;
      show();
    },
    clear() {
      arrived = [];
      waitingRows = 0;
      list.replaceChildren();
      onChange();
    },
    find,
    /** @returns {HTMLElement[]} */
    links: () => [...list.querySelectorAll("a.row")].map((each) => /** @type {HTMLElement} */ (each)),
    get isHeld() {
      return isHeld;
    },
    get waiting() {
      return waitingRows;
    },
    get isEmpty() {
      return list.children.length === 0;
    },
  };
}
