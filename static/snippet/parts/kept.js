/** @import {Part} from '../types.js' */
import { stringify } from "../engine/stringify.js";

/** What one scope keeps: of more, the oldest go first. */
const MAX_VALUES = 200;
/** One value's JSON: a campaign, not a catalogue. Larger ones are not kept. */
const MAX_VALUE_CHARACTERS = 2000;

/**
 * Values that live as long as the page, the route, the session or the visitor. What belongs to the last two is in storage,
 * shared by tabs.
 *
 * @type {Part}
 */
export default ({ on, storage }) => {
  /** @type {Record<string, Record<string, any>>} */
  const ofPage = Object.create(null);
  const isStored = (/** @type {string} */ scope) => /^[sv]/.test(scope);
  const all = (/** @type {string} */ scope) => (isStored(scope) ? storage.get("kept." + scope) : ofPage[scope]) || Object.create(null);

  on("@route", () => delete ofPage.route);

  return {
    kept: {
      get: (scope, key) => all(scope)[key],
      set: (scope, key, value) => {
        const values = all(scope);
        const text = stringify(value);
        // Written at every event, it would be waste.
        if (text === stringify(values[key]) || String(text).length > MAX_VALUE_CHARACTERS) return;
        delete values[key];
        if (value !== undefined) values[key] = value;
        for (const oldest of Object.keys(values).slice(0, -MAX_VALUES)) delete values[oldest];
        if (isStored(scope)) storage.set("kept." + scope, values);
        else ofPage[scope] = values;
      },
    },
  };
};
