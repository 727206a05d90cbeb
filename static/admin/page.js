/** What every page gets: the reader's own time, buttons that copy, and a box that finds. */
import { enableCopyButtons } from "./enableCopyButtons.js";
import { openFinder } from "./find/openFinder.js";
import { showLocalTimes } from "./showLocalTimes.js";

showLocalTimes(document);
enableCopyButtons(document);
openFinder(document);
