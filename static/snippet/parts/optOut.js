/** @import {Part} from '../types.js' */

/**
 * Browsers that say for their users what they do not want: Global Privacy Control and Do Not Track. It denies the purposes
 * that the property names, until the visitor says otherwise on this very site.
 *
 * @type {Part}
 */
export default ({ consent, container, platform }) => {
  const settings = container.consent;
  const { default: usual, dnt = [], gpc = [] } = settings;
  const { navigator } = platform.root;
  const refused = [...(navigator.globalPrivacyControl ? gpc : []), ...(/^(1|yes)$/.test(navigator.doNotTrack) ? dnt : [])];
  const { state } = consent;
  consent.state = (purpose) => {
    // What holds while nothing was said, for this one look.
    settings.default = refused.includes(purpose) ? "denied" : usual;
    return state(purpose);
  };
  return { consent: consent.state };
};
