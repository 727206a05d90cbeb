/**
 * @param {any} value
 * @returns {value is Element}
 */
export const isElement = (value) => !!value && value.nodeType === 1;
