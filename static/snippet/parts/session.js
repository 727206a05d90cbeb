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
export default ({ platform, storage }) => {
  let isNew = false;

  const touch = () => {
    const idleMs = platform.now() - (storage.get("touched") || 0);
    if (idleMs > SESSION_IDLE_MS) {
      isNew = true;
      storage.set("session", null);
      storage.set("kept.session", null);
      storage.set("sessions", (storage.get("sessions") || 0) + 1);
    }
    if (idleMs > SESSION_TOUCH_MS) storage.set("touched", platform.now());
  };

  return {
    touch,
    visit: () => {
      touch();
      return { isNew, sessions: storage.get("sessions") };
    },
  };
};
