/** @import {Detail} from './types.js' */
import { element } from "../element.js";
import { enableCopyButtons } from "../enableCopyButtons.js";
import { icon } from "../icon.js";
import { showLocalTimes } from "../showLocalTimes.js";
import { detailElements } from "./detailElements.js";

/**
 * The pane beside the list.
 *
 * @param {{ pane: HTMLElement, onClose: () => void, onSignedOut: () => void }} needs
 */
export function createDetail({ pane, onClose, onSignedOut }) {
  /** @type {AbortController | undefined} */
  let loading;

  /** @param {string} href Page of the line; its JSON is beside it. */
  async function open(href) {
    loading?.abort();
    const ours = new AbortController();
    loading = ours;
    pane.hidden = false;
    pane.setAttribute("aria-busy", "true");
    const children = await load(href, ours.signal);
    if (ours.signal.aborted) return;
    pane.removeAttribute("aria-busy");
    pane.replaceChildren(closeButton(), ...children);
    pane.scrollTop = 0;
    showLocalTimes(pane);
    enableCopyButtons(pane);
  }

  /**
   * @param {string} href
   * @param {AbortSignal} signal
   * @returns {Promise<Node[]>}
   */
  async function load(href, signal) {
    try {
      const answer = await fetch(`${href}.json`, { signal, headers: { accept: "application/json" } });
      if (answer.status === 401) onSignedOut();
      if (!answer.ok) return [note((await answer.json()).detail || "This event could not be loaded.")];
      return [...heading(await answer.json(), href)];
    } catch {
      return [note("The server did not answer. Select the event again to retry.")];
    }
  }

  function closeButton() {
    const button = element("button", { class: "detail-close", type: "button", "aria-label": "Close" }, icon("close"));
    button.addEventListener("click", close);
    return button;
  }

  function close() {
    loading?.abort();
    pane.hidden = true;
    pane.replaceChildren();
    onClose();
  }

  return {
    open,
    close,
    get isOpen() {
      return !pane.hidden;
    },
  };
}

/** @param {string} text */
function note(text) {
  return element("p", { class: "message", role: "alert" }, text);
}

/**
 * @param {Detail} detail
 * @param {string} href
 */
function heading(detail, href) {
  const { row } = detail;
  const sub = element("p", { class: "detail-sub" }, element("bdi", { class: "raw" }, row.eventType));
  if (row.at) sub.append(" ", element("time", { datetime: row.at, "data-local": "full" }, row.at));
  sub.append(" ", element("a", { href }, "Permalink"));
  const head = element(
    "header",
    { class: "detail-head" },
    element("p", { class: `outcome outcome-${row.outcome}` }, icon(row.outcome), row.outcomeText),
    element("h2", { tabindex: "-1" }, row.name),
    sub,
  );
  return [head, ...detailElements(detail)];
}
