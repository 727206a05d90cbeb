/** @import {Part} from '../types.js' */

/** What rules keep for each other, as long as the page or the route is there. @type {Part} */
export default ({ on }) => {
  const ofPage = new Map();
  const ofRoute = new Map();
  on("@route", () => ofRoute.clear());
  return {
    variables: {
      get: (name) => (ofRoute.has(name) ? ofRoute : ofPage).get(name),
      set: (name, value, isOfRoute) => {
        ofRoute.delete(name);
        (isOfRoute ? ofRoute : ofPage).set(name, value);
      },
    },
  };
};
