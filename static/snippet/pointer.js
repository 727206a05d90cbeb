/*
 * What /tags/{property}/{environment}.js delivers: defines `heliograph`, so that the page can call it at once, and loads
 * the build. `__BUILD_PATH__` is replaced by the build's path, as JSON text. Written for any browser: one that cannot run
 * the build leaves here, without a word.
 */
(function (/** @type {any} */ root, /** @type {any} */ document, path) {
  try {
    var tag = document.currentScript;
    var script = document.createElement("script");
    var stub = root.heliograph;
    var url = tag.src.split("/").slice(0, 3).join("/") + path;
    var policy;
    if (!("noModule" in script) || !script.getRootNode) return;
    if (typeof stub != "function") {
      stub = root.heliograph = function () {
        var call = arguments;
        var promise = new Promise(function (resolve, reject) {
          stub.q.push([resolve, reject, call]);
        });
        promise.catch(function () {});
        return promise;
      };
      stub.q = [];
    }
    // A second pointer on a page does nothing.
    if (stub.tag) return;
    stub.tag = 1;
    try {
      // Pages with Trusted Types take no plain text as a script's address. The loader's policy serves again.
      policy = stub.policy || root.trustedTypes.createPolicy("heliograph", { createScriptURL: String });
      url = policy.createScriptURL(url);
    } catch (e) {}
    script.async = true;
    script.nonce = tag.nonce;
    script.src = url;
    document.head.appendChild(script);
  } catch (e) {}
})(window, document, __BUILD_PATH__);
