import { push } from "./dataLayer.js";
import { readPageData } from "./page.js";

/**
 * The single-page section: links between stories change the URL at once and the page when the next story is here.
 * Every story has its own page on the server too, so links from outside, reloads and new tabs work.
 */

/** As long as the old story takes to fade (shop.css, [data-stories-view]). */
const FADE_MS = 220;

let turn = new AbortController();

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a[data-story-link]");
  if (!(link instanceof HTMLAnchorElement) || opensElsewhere(event)) return;
  event.preventDefault();
  if (link.href === location.href) return;
  history.pushState(null, "", link.href);
  void go(() => scrollTo({ top: 0, behavior: "instant" }));
});

addEventListener("popstate", () => void go(() => {}));

/**
 * Shows what belongs to the URL. A later call makes an earlier one stop.
 * @param {() => void} scroll
 */
async function go(scroll) {
  const { href } = location;
  turn.abort();
  turn = new AbortController();
  const { signal } = turn;
  const view = document.querySelector("[data-stories-view]");
  view?.setAttribute("aria-busy", "true");
  try {
    const [next] = await Promise.all([load(href, signal), new Promise((done) => setTimeout(done, FADE_MS))]);
    const nextView = next.querySelector("[data-stories-view]");
    if (signal.aborted || !view || !nextView) return;
    const { page, story } = readPageData(next);
    push({ page }, { event: "pageLoaded" }, { event: "storyShown", story: story ?? null });
    document.title = next.title;
    view.replaceChildren(...nextView.childNodes);
    view.removeAttribute("aria-busy");
    scroll();
    view.querySelector("h1")?.focus({ preventScroll: true });
  } catch {
    // Whatever went wrong on the way, the server knows this page.
    if (!signal.aborted) location.assign(href);
  }
}

/**
 * @param {string} href
 * @param {AbortSignal} signal
 */
async function load(href, signal) {
  const answer = await fetch(href, { signal });
  if (!answer.ok) throw new Error(`${href} answered ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** @param {MouseEvent} event */
const opensElsewhere = (event) =>
  event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
