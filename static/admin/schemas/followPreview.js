const AFTER_MS = 450;

/**
 * Keeps the preview beside a form as the form is: the server draws it, as it does for the button Preview.
 *
 * @param {HTMLFormElement} form
 * @returns {() => void} Draws it anew soon.
 */
export function followPreview(form) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {XMLHttpRequest | undefined} */
  let asked;
  const refresh = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      asked?.abort();
      asked = ask(form, (preview) => form.querySelector("[data-preview]")?.replaceWith(preview));
    }, AFTER_MS);
  };
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  return refresh;
}

/**
 * The only way to a parsed page under a policy that lets no text become markup: what comes as a document is inert.
 *
 * @param {HTMLFormElement} form
 * @param {(preview: Element) => void} show
 */
function ask(form, show) {
  const request = new XMLHttpRequest();
  request.responseType = "document";
  // Its buttons are called `action`, which hides the property of this name.
  request.open("POST", form.getAttribute("action") ?? "");
  request.setRequestHeader("accept", "text/html");
  request.setRequestHeader("content-type", "application/x-www-form-urlencoded");
  request.addEventListener("load", () => {
    const preview = request.responseXML?.querySelector("[data-preview]");
    if (request.status === 200 && preview) show(document.adoptNode(preview));
  });
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  request.send(new URLSearchParams([...fields, ["action", "preview"]]).toString());
  return request;
}
