/**
 * A number from 0 up to, but without, 1, that nobody can foresee.
 * @param {(count: number) => Uint8Array} random
 */
export const share = (random) => random(3).reduce((sum, byte) => (sum + byte) / 256, 0);
