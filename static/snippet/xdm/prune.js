/**
 * The value without what says nothing: undefined, null, and the objects and lists that are empty then.
 * @param {any} value
 * @returns {any} undefined when nothing is left
 */
export const prune = (value) => {
  if (typeof value !== "object" || value === null) return value === null ? undefined : value;
  if (Array.isArray(value)) {
    const list = value.map(prune).filter((item) => item !== undefined);
    return list.length ? list : undefined;
  }
  const object = Object.create(null);
  for (const key of Object.keys(value)) {
    const pruned = prune(value[key]);
    if (pruned !== undefined) object[key] = pruned;
  }
  return Object.keys(object).length ? object : undefined;
};
