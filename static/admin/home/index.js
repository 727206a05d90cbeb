/** The newest events on the first page, as they come. Without this script it shows those of when it was loaded. */
import { createList } from "../live/createList.js";
import { createStream } from "../live/createStream.js";

const latest = document.querySelector("[data-latest]");
if (!(latest instanceof HTMLElement)) throw new Error("the first page lacks its newest events");

const nothing = document.querySelector("[data-nothing]");
const list = createList({
  list: latest,
  maxRows: Number(latest.dataset.maxRows),
  onChange: () => nothing?.toggleAttribute("hidden", latest.children.length > 0),
});
const stream = createStream({
  url: latest.dataset.stream ?? "",
  onRow: list.add,
  onLost: () => {},
  onStatus: () => {},
  onSignal: () => {},
});

// A page that nobody looks at takes no place among the live pages that the server allows.
document.addEventListener("visibilitychange", follow);
follow();

function follow() {
  if (document.hidden) stream.close();
  else stream.open("", latest instanceof HTMLElement ? (latest.dataset.after ?? "") : "");
}
