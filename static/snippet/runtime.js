/** @import {Container, QueuedCall} from './types.js' */
import { attempt } from "./engine/attempt.js";
import { createSnippet } from "./index.js";
import { createBrowser } from "./platform/browser.js";
import { stubOf } from "./stubOf.js";

/*
 * What a build runs: this sets `$h.start`, the modules' fragments add themselves to `$h`, and the build's last line calls
 * `$h.start(container)`. See build.mjs for the frame.
 */

$h.start = (/** @type {Container} */ container) =>
  attempt(() => {
    const platform = createBrowser();
    const stub = stubOf(platform.root);
    // A second copy on a page does nothing; neither does a runtime that does not know the format.
    if (stub.on || container.format !== 1) return;
    stub.on = 1;
    platform.whenShown(() => {
      const snippet = createSnippet({ container, modules: $h, platform, version: __HELIOGRAPH_VERSION__ });
      const calls = /** @type {QueuedCall[]} */ (stub.q);
      stub.q = { push: snippet.run };
      if (!attempt(() => (snippet.start(calls), true))) snippet.stop();
    });
  });
