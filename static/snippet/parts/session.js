/** @import {Part} from '../types.js' */

/** The session ends after this long without an event. */
const SESSION_IDLE_MS = 18e5;
/** How exactly that is kept: writing it down at every event would be waste. */
const SESSION_TOUCH_MS = 1e4;

/**
 * The visitor's session, shared by tabs. When one has ended, what was kept in its scope goes, and the next one begins.
 *
 * @type {Part}
 */
export default ({ platform, storage }) => ({
  touch: () => {
    const idleMs = platform.now() - (storage.get("touched") || 0);
    const isNew = idleMs > SESSION_IDLE_MS;
    if (isNew) storage.set("session", null);
    if (idleMs > SESSION_TOUCH_MS) storage.set("touched", platform.now());
    return isNew;
  },
});
