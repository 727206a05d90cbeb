/*
 * The base code, for pages that want to call `heliograph` before the tag has come: put into the page inline, in the place
 * of the tag. `__TAG_URL__` is replaced by the address of the tag (/tags/{property}/{environment}.js), as JSON text.
 */
(function (/** @type {any} */ root, /** @type {any} */ document, url) {
  try {
    var stub = root.heliograph;
    var tag = document.currentScript;
    var script = document.createElement("script");
    if (typeof stub == "function" || !root.Promise) return;
    stub = root.heliograph = function () {
      var call = arguments;
      var promise = new Promise(function (resolve, reject) {
        stub.q.push([resolve, reject, call]);
      });
      promise.catch(function () {});
      return promise;
    };
    stub.q = [];
    try {
      stub.policy = root.trustedTypes.createPolicy("heliograph", { createScriptURL: String });
      url = stub.policy.createScriptURL(url);
    } catch (e) {}
    script.async = true;
    script.nonce = tag.nonce;
    script.src = url;
    document.head.appendChild(script);
  } catch (e) {}
})(window, document, __TAG_URL__);
