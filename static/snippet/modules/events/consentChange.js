/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ purpose = "collect", to = "any" }, trigger, { consent, on }) => {
  let before = consent(purpose);
  on("@consent", () => {
    const state = consent(purpose);
    if (state === before) return;
    const facts = { purpose, state, before };
    before = state;
    if (to === "any" || to === state) trigger({ facts });
  });
};
