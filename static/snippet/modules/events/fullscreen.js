/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ to = "entered" }, trigger, { document, on }) => {
  on("fullscreenchange", (event) => {
    if (!!document.fullscreenElement === (to === "entered")) trigger({ facts: {}, element: event.composedPath()[0] });
  });
};
