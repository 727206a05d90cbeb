import { startOn } from "./startOn.js";

/*
 * What a build runs: this sets `$h.start`, the modules' fragments add themselves to `$h`, and the build's last line calls
 * `$h.start(container)`. See build.mjs for the frame.
 */

$h.start = startOn;
