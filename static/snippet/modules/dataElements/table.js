/** @import {DataElementModule} from '../../types.js' */

/** @type {DataElementModule} */
export default ({ value, rows, otherwise }, tools) => {
  const row = rows.find((/** @type {any} */ { op = "eq", than, ignoreCase }) => /** @type {any} */ (tools.compare)(op, value, than, ignoreCase));
  return row ? row.then : otherwise;
};
