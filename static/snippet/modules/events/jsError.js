/** @import {EventModule} from '../../types.js' */
import { bareUrl } from "../../engine/bareUrl.js";

/** What of a message is kept: it may hold what somebody typed. */
const MAX_MESSAGE_CHARACTERS = 500;

/** @type {EventModule} */
export default ({ include = ["error", "unhandledrejection"], ignore = [] }, trigger, tools) => {
  const patterns = ignore.map((/** @type {string} */ pattern) => RegExp(pattern));
  const tell = (/** @type {string} */ kind, /** @type {unknown} */ said, facts = {}) => {
    const message = String(said).slice(0, MAX_MESSAGE_CHARACTERS);
    if (!patterns.some((/** @type {RegExp} */ pattern) => pattern.test(message))) trigger({ facts: { kind, message, ...facts } });
  };

  for (const kind of include) {
    tools.on(kind, ({ message, filename: file, lineno: line, colno: column, reason }) => {
      if (kind !== "error") tell(kind, (reason && reason.message) || reason);
      // Pictures that do not come are `error` as well, without a message.
      else if (message) tell(kind, message, tools.plain({ file: bareUrl(file), line, column }));
    });
  }
};
