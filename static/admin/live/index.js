/** The live page, put together. Without this script it shows the last events, filters them and links to each. */
/** @import {Row} from './types.js' */
import { element } from "../element.js";
import { createDetail } from "./createDetail.js";
import { createList } from "./createList.js";
import { createRateChart } from "./createRateChart.js";
import { createSignal } from "./createSignal.js";
import { createStream } from "./createStream.js";
import { listenToKeys } from "./listenToKeys.js";
import { showStatus } from "./showStatus.js";
import { filterQuery, watchFilter } from "./watchFilter.js";

const page = part("[data-live]");
const rows = part("[data-rows]");
const filter = /** @type {HTMLFormElement} */ (part("[data-filter]"));
const search = /** @type {HTMLInputElement} */ (part("#q"));
const pauseButton = part("[data-pause]");
const login = page.dataset.login ?? "/";

let selected = "";
let lostLines = 0;
const startsEmpty = !part("[data-first]").hidden;

const signal = createSignal({ place: part("[data-signal]"), login });
const chart = createRateChart(part("[data-rate]"));
const list = createList({ list: rows, maxRows: Number(page.dataset.maxRows), onChange: showState });
const detail = createDetail({
  pane: part("[data-detail]"),
  onClose: () => {
    list.find(selected)?.removeAttribute("aria-current");
    /** @type {HTMLElement | null} */ (list.find(selected))?.focus();
    selected = "";
    page.classList.remove("has-detail");
  },
  onSignedOut: () => signal.set("signed-out"),
});
const stream = createStream({
  url: page.dataset.stream ?? "",
  onRow: (row) => {
    list.add(row);
    offerType(row);
    signal.flash();
  },
  onLost: (lines) => {
    lostLines += lines;
    showState();
  },
  onStatus: (status) => {
    showStatus(part("[data-meters]"), status);
    chart.update(status);
  },
  onSignal: signal.set,
});

/** @param {string} selector */
function part(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the live page lacks ${selector}`);
  return found;
}

function showState() {
  pauseButton.setAttribute("aria-pressed", String(list.isHeld));
  part("[data-pause-text]").textContent = list.isHeld ? "Resume" : "Pause";
  pauseButton.querySelector("use")?.setAttribute("href", `${page.dataset.icons}#${list.isHeld ? "play" : "pause"}`);
  const count = part("[data-waiting]");
  count.hidden = list.waiting === 0;
  count.textContent = `${list.waiting} waiting`;
  const isFiltered = filterQuery(filter) !== "";
  part("[data-first]").hidden = !(list.isEmpty && startsEmpty && !isFiltered);
  part("[data-nothing]").hidden = !(list.isEmpty && isFiltered);
  const lost = part("[data-lost]");
  lost.hidden = lostLines === 0;
  lost.textContent = `${lostLines.toLocaleString("en")} events came too fast to be shown here. They are collected all the same; filter to see fewer.`;
}

/** @param {Row} row */
function offerType(row) {
  const types = /** @type {HTMLSelectElement} */ (part("[data-types]"));
  if (!row.eventType || types.options.length > 100) return;
  if ([...types.options].some((option) => option.value === row.eventType)) return;
  types.append(element("option", { value: row.eventType }, row.name));
}

/** @param {HTMLElement} link */
function select(link) {
  list.find(selected)?.removeAttribute("aria-current");
  selected = link.dataset.key ?? "";
  link.setAttribute("aria-current", "true");
  page.classList.add("has-detail");
  return detail.open(link.getAttribute("href") ?? "");
}

/** @param {1 | -1} step */
function move(step) {
  const links = list.links();
  const at = links.findIndex((link) => link.dataset.key === selected);
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  void select(next);
}

function togglePause() {
  if (list.isHeld) list.release();
  else list.hold();
  signal.pause(list.isHeld);
}

rows.addEventListener("click", async (event) => {
  const link = event.target instanceof Element ? event.target.closest("a.row") : null;
  if (!(link instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  await select(link);
  // On a narrow screen the pane covers the list: whoever reads by ear or key goes on there.
  if (matchMedia("(max-width: 60rem)").matches) /** @type {HTMLElement | null} */ (document.querySelector("[data-detail] h2"))?.focus();
});
pauseButton.addEventListener("click", togglePause);
part("[data-clear]").addEventListener("click", () => {
  lostLines = 0;
  list.clear();
});
watchFilter(filter, (query) => {
  lostLines = 0;
  list.clear();
  stream.open(query, "");
});
listenToKeys({
  j: () => move(1),
  k: () => move(-1),
  p: togglePause,
  "/": () => search.focus(),
  Escape: () => (document.activeElement === search ? search.blur() : detail.isOpen && detail.close()),
});

pauseButton.hidden = false;
part("[data-clear]").hidden = false;
part("[data-apply]").hidden = true;
stream.open(filterQuery(filter), page.dataset.after ?? "");
