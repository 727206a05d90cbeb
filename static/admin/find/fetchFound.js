const TIMEOUT_MS = 10_000;

/**
 * What the page `Find` shows for a text. Read as a document by the browser itself, and nothing in it is run.
 *
 * @param {string} address Of that page.
 * @param {string} text
 * @returns {Promise<Element | null>} null when there is no answer: offline, signed out, an error.
 */
export function fetchFound(address, text) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", `${address}?${new URLSearchParams({ q: text })}`);
    request.responseType = "document";
    request.timeout = TIMEOUT_MS;
    request.onload = () => resolve(request.responseXML?.getElementById("find-results") ?? null);
    request.onerror = request.ontimeout = () => resolve(null);
    request.send();
  });
}
