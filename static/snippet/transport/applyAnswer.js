/**
 * Keeps what the server wants kept: the cookies of its `state:store` handles (edge-protocol.md, sections 4 and 7), and no
 * others than those of the organisation.
 *
 * @param {string} text the answer's body
 * @param {string} prefix of the organisation's cookies
 * @param {(name: string, value: string, maxAgeSeconds: number | undefined, sameSite?: string) => void} write
 */
export const applyAnswer = (text, prefix, write) => {
  const { handle } = JSON.parse(text || "{}");
  for (const { type, payload } of Array.isArray(handle) ? handle : []) {
    if (type !== "state:store") continue;
    for (const { key, value, maxAge, attrs } of payload) {
      if (String(key).startsWith(prefix)) write(key, String(value), maxAge, attrs?.SameSite);
    }
  }
};
