/**
 * A URL without query and fragment: those may hold what nobody meant to send.
 * @param {string | null | undefined} url
 */
export const bareUrl = (url) => (url || "").split(/[?#]/)[0] || undefined;
