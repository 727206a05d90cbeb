/** @import {Part} from '../types.js' */

/** What rules keep for each other, as long as the page or the route is there. @type {Part} */
export default ({ commands, on, tools }) => {
  const ofPage = new Map();
  const ofRoute = new Map();
  on("@route", () => ofRoute.clear());
  const set = (/** @type {string} */ name, /** @type {unknown} */ value, /** @type {boolean} */ isOfRoute) => {
    ofRoute.delete(name);
    (isOfRoute ? ofRoute : ofPage).set(name, value);
  };
  commands.setVariable = (name, value, until) => set(String(name), tools.plain(value), until === "route");
  return { variables: { get: (name) => (ofRoute.has(name) ? ofRoute : ofPage).get(name), set } };
};
