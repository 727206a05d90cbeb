/** What every page gets: the reader's own time, and buttons that copy. */
import { enableCopyButtons } from "./enableCopyButtons.js";
import { showLocalTimes } from "./showLocalTimes.js";

showLocalTimes(document);
enableCopyButtons(document);
