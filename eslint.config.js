// What tsc cannot say: only platform/ touches the browser, and nothing evaluates text.
const browser = ["window", "document", "navigator", "fetch", "history", "location", "localStorage", "sessionStorage"];

export default [
  {
    files: ["static/snippet/**/*.js"],
    rules: {
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-globals": ["error", ...browser],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    // Run before there is a platform, or are it.
    files: ["static/snippet/platform/*.js", "static/snippet/loader.js", "static/snippet/pointer.js", "static/snippet/runtime.js"],
    rules: { "no-restricted-globals": "off" },
  },
  {
    // Must parse in engines that know no other, to do nothing there.
    files: ["static/snippet/loader.js", "static/snippet/pointer.js"],
    rules: { "no-var": "off" },
  },
];
