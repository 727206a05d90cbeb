/** @import {Part} from '../types.js' */

/** A consent dialogue that loads late is looked for so often, in ms, and so many times. */
const EVERY_MS = 500;
const MAX_LOOKS = 60;

/**
 * Consent from a dialogue that speaks the IAB's Transparency and Consent Framework, version 2: a purpose of the property is
 * granted when each of its purposes there is. Where the GDPR does not apply, all are.
 *
 * @type {Part}
 */
export default ({ consent, container, on, platform, tools }) => {
  const { tcf } = container.consent;
  if (!tcf) return;

  const hear = (/** @type {any} */ said, /** @type {boolean} */ isFine) => {
    if (!isFine || !/^(tcloaded|useractioncomplete)$/.test(said.eventStatus)) return;
    const { consents = {} } = said.purpose || {};
    /** @type {Record<string, "granted" | "denied">} */
    const choices = {};
    for (const purpose of Object.keys(tcf)) {
      const isGranted = said.gdprApplies === false || /** @type {number[]} */ (tcf[purpose]).every((id) => consents[id]);
      const state = isGranted ? "granted" : "denied";
      if (consent.state(purpose) !== state) choices[purpose] = state;
    }
    if (Object.keys(choices).length) tools.say(choices);
  };
  const look = (looks = MAX_LOOKS) => {
    const { __tcfapi: api } = platform.root;
    if (api) api("addEventListener", 2, hear);
    else if (looks) platform.delay(() => look(looks - 1), EVERY_MS);
  };
  on("@begin", () => look());
};
