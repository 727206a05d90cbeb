/**
 * A new object, without a prototype, of what `change` makes of each own value; what becomes undefined is left out.
 *
 * @param {any} object
 * @param {(value: any, key: string) => unknown} change
 * @returns {any}
 */
export const remap = (object, change) => {
  const made = Object.create(null);
  for (const key of Object.keys(object)) {
    const value = change(object[key], key);
    if (value !== undefined) made[key] = value;
  }
  return made;
};
