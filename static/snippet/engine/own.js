/** Whether `object` has `key` itself: what a page added to prototypes does not count. Taken when the snippet loads. */
export const own = /** @type {(object: unknown, key: PropertyKey) => boolean} */ (
  Function.prototype.call.bind(Object.prototype.hasOwnProperty)
);
