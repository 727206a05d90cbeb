/** @import {Container, Modules, QueuedCall} from './types.js' */
import { attempt } from "./engine/attempt.js";
import { createSnippet } from "./index.js";
import { createBrowser } from "./platform/browser.js";
import { stubOf } from "./stubOf.js";

/**
 * Starts the snippet on this page, once. In a build it is the frame's `$h.start`, for bundlers the module's `start`.
 *
 * @param {Container} container
 * @param {Modules} [modules] those that the container names, at least; in a build, those of its frame
 */
export const startOn = (container, modules = $h) =>
  attempt(() => {
    const platform = createBrowser();
    const stub = stubOf(platform.root);
    // A second copy on a page does nothing; neither does a runtime that does not know the format.
    if (stub.on || container.format !== 1) return;
    stub.on = 1;
    platform.whenShown(() => {
      const snippet = createSnippet({ container, modules, platform, version: __HELIOGRAPH_VERSION__ });
      const calls = /** @type {QueuedCall[]} */ (stub.q);
      stub.q = { push: snippet.run };
      if (!attempt(() => (snippet.start(calls), true))) snippet.stop();
    });
  });
