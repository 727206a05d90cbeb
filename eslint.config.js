// What tsc cannot say: nothing evaluates text, and in the snippet only platform/ touches the browser.
const browser = ["window", "document", "navigator", "fetch", "history", "location", "localStorage", "sessionStorage"];

export default [
  {
    files: ["static/snippet/**/*.js", "static/admin/**/*.js", "static/demo/**/*.js"],
    rules: {
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["static/snippet/**/*.js"],
    rules: { "no-restricted-globals": ["error", ...browser] },
  },
  {
    // Run before there is a platform, or are it.
    files: ["static/snippet/platform/*.js", "static/snippet/loader.js", "static/snippet/pointer.js", "static/snippet/rollout.js", "static/snippet/runtime.js"],
    rules: { "no-restricted-globals": "off" },
  },
  {
    // Must parse in engines that know no other, to do nothing there.
    files: ["static/snippet/loader.js", "static/snippet/pointer.js", "static/snippet/rollout.js"],
    rules: { "no-var": "off" },
  },
];
