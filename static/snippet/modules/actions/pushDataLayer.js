/** @import {ActionModule} from '../../types.js' */
import { remap } from "../../engine/remap.js";

/** @type {ActionModule} */
export default ({ event, values = {} }, scope, { burst, plain, pushToLayer, resolve }) => {
  const item = plain({ event: resolve(event, scope), ...remap(values, (value) => resolve(value, scope)) });
  return () => {
    burst();
    pushToLayer(item);
  };
};
