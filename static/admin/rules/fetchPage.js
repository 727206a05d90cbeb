const TIMEOUT_MS = 15_000;

/**
 * Sends a form and reads the answer as a document, with nothing in it run. By XMLHttpRequest, whose answers are parsed
 * by the browser itself: a text is never made into markup by script.
 *
 * @param {string} address
 * @param {URLSearchParams} body
 * @returns {Promise<Document | null>} null when there is none: offline, signed out, an error.
 */
export function fetchPage(address, body) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "document";
    request.timeout = TIMEOUT_MS;
    request.onload = () => resolve(request.status < 500 && request.responseXML?.getElementById("rule-form") ? request.responseXML : null);
    request.onerror = request.ontimeout = () => resolve(null);
    request.send(body);
  });
}
