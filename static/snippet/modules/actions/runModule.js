/** @import {ActionModule} from '../../types.js' */
import { remap } from "../../engine/remap.js";

/** @type {ActionModule} */
export default ({ module, inputs = {}, into }, scope, { plain, resolve, runModule, variables }) => {
  const given = plain(remap(inputs, (value) => resolve(value, scope)));
  const { element } = scope;
  return () =>
    runModule(module, given, element).then((result) => {
      if (into) variables.set(into, plain(result), false);
    });
};
