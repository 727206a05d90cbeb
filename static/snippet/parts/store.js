// needs: parts/kept
/** @import {Part} from '../types.js' */

/**
 * Data elements that are kept: the pipe `@store`, the first of theirs, writes what a source gave; the source `@stored`, the
 * last of theirs, answers with it while no other gives anything.
 *
 * @type {Part}
 */
export default (core) => {
  core.modules["pipes/@store"] = (/** @type {any} */ value, /** @type {any[]} */ [scope, name]) => {
    core.tools.kept.set(scope, "value." + name, core.tools.plain(value));
    return value;
  };
  core.modules["dataElements/@stored"] = (/** @type {any} */ { scope, name }) => core.tools.kept.get(scope, "value." + name);
};
