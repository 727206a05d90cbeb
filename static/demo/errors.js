/** The breaking bench: two ways in which a page can fail. */

document.querySelector("[data-testid=throw-error]")?.addEventListener("click", () => {
  say("Thrown. If anybody was listening, they heard it.");
  throw new RangeError("The lens cap is still on: nothing to focus at infinity");
});

document.querySelector("[data-testid=reject-promise]")?.addEventListener("click", () => {
  say("Broken. Nobody caught it.");
  void Promise.reject(new Error("No answer from the far station"));
});

/** @param {string} text */
function say(text) {
  document.querySelector("[data-broken]")?.replaceChildren(text);
}
