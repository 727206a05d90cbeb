/**
 * Sums are rounded to the cent after each step, so that 3 × 19.50 is 58.50 and not 58.49999.
 * @param {number} amount
 */
export const toCents = (amount) => Math.round(amount * 100) / 100;

/**
 * As people read it: €89.00.
 * @param {number} amount
 */
export const formatMoney = (amount) =>
  new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" }).format(amount);
