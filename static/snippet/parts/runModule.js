/** @import {Part} from '../types.js' */

/**
 * Reviewed custom code of a property. Each module is a file of its own, named by its hash, beside the builds; it is loaded when
 * a rule runs it first. What it gets is a copy of its inputs, and the event's element where it said that it reads elements.
 *
 * @type {Part}
 */
export default ({ container, platform }) => {
  const { customCode = {} } = container;
  return {
    runModule: (name, inputs, element) => {
      const { hash, ms, seesElement } = /** @type {import("../types.js").CustomModule} */ (customCode[name]);
      const done = import(`${platform.origin}/tags/builds/${hash}.js`).then(({ default: run }) => run(inputs, seesElement ? { element } : {}));
      const late = new Promise((_, reject) => platform.delay(() => reject(Error(`${name}: no answer within ${ms} ms`)), ms));
      return Promise.race([done, late]);
    },
  };
};
