/** @import {EventModule} from '../../types.js' */
import { newScope } from "../../engine/newScope.js";
import { stringify } from "../../engine/stringify.js";

/** How often the value is looked at. */
const EVERY_MS = 1000;

/** @type {EventModule} */
export default ({ value }, trigger, tools) => {
  const look = () => tools.plain(tools.resolve(value, newScope(null, [], { facts: {} })));
  let before = look();
  const run = () => {
    // Of a page that nobody sees, nothing is asked.
    const now = tools.document.visibilityState === "hidden" ? before : look();
    const isChanged = stringify(now) !== stringify(before);
    const facts = tools.plain({ value: now, before });
    before = now;
    tools.delay(run, EVERY_MS);
    if (isChanged) trigger({ facts });
  };
  tools.delay(run, EVERY_MS);
};
