/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ names, per = "page" }, trigger, { on }) => {
  let left = new Set(names);
  on("@call", ({ name }) => {
    if (left.delete(name) && !left.size) trigger({ facts: {} });
  });
  if (per === "route") on("@route", () => (left = new Set(names)));
};
