/** The name is a name: nothing is ever fetched from there. */
export const implementationDetails = (/** @type {string} */ version) => ({
  implementationDetails: { name: "https://heliograph.dev/snippet", version, environment: "browser" },
});
