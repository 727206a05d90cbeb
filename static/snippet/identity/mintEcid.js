/**
 * A new ECID: two random numbers of 19 digits that fit into 63 bits (edge-protocol.md, section 8), which those do that do
 * not begin with 9.
 * @param {(count: number) => Uint8Array} random
 */
export const mintEcid = (random) => random(38).map((byte, index) => byte % (index % 19 ? 10 : 9)).join("");
