/**
 * What the browser keeps for the shop. Private windows and full disks may refuse: then nothing is kept, and the page works.
 * @param {"local" | "session"} kind
 * @param {string} name
 * @returns {unknown} undefined when there is nothing, or nothing readable
 */
export function read(kind, name) {
  try {
    const text = storage(kind).getItem(key(name));
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {"local" | "session"} kind
 * @param {string} name
 * @param {unknown} value undefined forgets it
 */
export function write(kind, name, value) {
  try {
    if (value === undefined) storage(kind).removeItem(key(name));
    else storage(kind).setItem(key(name), JSON.stringify(value));
  } catch {
    // Kept for this page only, then.
  }
}

/** @param {string} name */
export const key = (name) => `ridge-mirror.${name}`;

/** @param {"local" | "session"} kind */
const storage = (kind) => (kind === "local" ? localStorage : sessionStorage);
