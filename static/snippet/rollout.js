/*
 * Which build a visitor gets while a new one is rolled out: what stands in the pointer in the place of the build's path, and
 * only then. A visitor is known by the ECID of the identity cookie; who has none, or has not agreed to one, gets the present
 * build. The hash is salted with the new build, so that each roll-out begins with other people, and nobody who has it loses it
 * when the share grows.
 *
 * `__SHARE__`: of 2^32, how much of it is the new build's. `__COOKIE__`: the cookie's name. All five are put in as JSON.
 */
__PICK__ = (function (/** @type {any} */ document, present, next, share, cookie) {
  try {
    var value = ("; " + document.cookie).split("; " + cookie + "=")[1] || "";
    var message = atob(decodeURIComponent(value.replace(/;.*/, "")).replace(/-/g, "+").replace(/_/g, "/"));
    // Field 1 of the cookie's protobuf message, as in identity/identityCookie.js.
    var text = next + /** @type {any} */ (/\n&(\d{38})/.exec(message))[1];
    var hash = 2166136261;
    var index = 0;
    // FNV-1a, 32 bits.
    while (index < text.length) hash = Math.imul(hash ^ text.charCodeAt(index++), 16777619);
    if (hash >>> 0 < share) return next;
  } catch (e) {}
  return present;
})(document, __BUILD_PATH__, __NEXT_PATH__, __SHARE__, __COOKIE__);
