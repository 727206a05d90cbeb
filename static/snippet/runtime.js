/** @import {Container, QueuedCall} from './types.js' */
import { createSnippet } from "./index.js";
import { createBrowser } from "./platform/browser.js";
import { stubOf } from "./stubOf.js";

/*
 * What a build runs: the fragment sets `$h.start`, the modules' fragments add themselves to `$h`, and the build's last
 * line calls `$h.start(container)`. See build.mjs for the frame.
 */

$h.start = (/** @type {Container} */ container) => {
  let stop = () => {};
  try {
    if (container.format !== 1) return;
    const platform = createBrowser();
    const stub = stubOf(platform.root);
    // A second copy on a page does nothing.
    if (stub.on) return;
    stub.on = 1;
    const origin = platform.scriptOrigin();
    platform.whenShown(() => {
      try {
        const snippet = createSnippet({ container, modules: $h, platform, origin, version: __HELIOGRAPH_VERSION__ });
        stop = snippet.stop;
        const calls = /** @type {QueuedCall[]} */ (stub.q);
        stub.q = { push: snippet.run };
        snippet.start(calls);
      } catch {
        stop();
      }
    });
  } catch {
    stop();
  }
};
