/** @import {Part} from '../types.js' */

/** What a build knows of itself. @type {Part} */
export default ({ container, version }) => {
  const { environment, property, revision } = container;
  return { about: { environment, property: property.id, revision, version } };
};
