/*
 * Builds static/dist/ from static/snippet/: `node static/build.mjs [folder]`, the same bytes every time. esbuild bundles,
 * terser minifies: of what a gzipped runtime weighs, that saved 5 % against esbuild alone.
 *
 * static/dist/ is committed, and publishing a property is text put together from it (server/container/): no Node.js is
 * needed for that. What is there:
 *
 *   manifest.json                  {"runtime": {"bytes", "gzip"}, "modules": {"<kind>/<name>": {"file", "bytes", "gzip", "needs"}}}
 *                                  `file` is relative to static/dist/; `gzip` is the size after gzip -9 of the file alone;
 *                                  `needs`, where there are any: names of the parts that go with it
 *   maps.json                      {"<kind>/<name>": {"sources", "mappings"}}: source maps (version 3) of the fragments;
 *                                  `shift`: columns of the first line that the fragment has no more
 *   runtime.js                     sets `$h.start`
 *   modules/<kind>/<name>.js       sets `$h["<kind>/<name>"]`; kinds: events, dataElements, actions (what rules name),
 *                                  pipes, and parts (of the engine, that not every property needs)
 *   pointer.js                     what /tags/{property}/{environment}.js delivers: `__BUILD_PATH__`, which is in it once,
 *                                  stands for the build's path from the root of the host, as JSON text
 *   rollout.js                     `__PICK__=` an expression that takes the place of `__BUILD_PATH__` while a build is rolled out
 *   heliograph.mjs, heliograph.d.ts, package.json
 *                                  the whole snippet as an ES module that exports `start(container)`, its types, and what
 *                                  npm and bundlers want to know: this folder can be installed as a package
 *   loader.js                      the base code for inline use: `__TAG_URL__`, which is in it once, stands for the address
 *                                  of the tag, as JSON text
 *
 * A build is exactly this, with nothing between the parts; each file is a fragment that ends in `;` or a line feed:
 *
 *   !function(){"use strict";var $h={};  runtime.js  modules/…  $h.start(  the container as JSON  )}();
 *
 * The JSON must be safe in a script: `<`, `>`, `&`, U+2028 and U+2029 escaped as \u00xx. Every entry point catches its own
 * errors, so the frame needs no `try`. What fragments import is copied into each of them, so that is for small helpers
 * (gzip takes the copies out again); what exists once is in `tools`.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";

const HERE = dirname(fileURLToPath(import.meta.url));
const SNIPPET = join(HERE, "snippet");
/** What rules name: with a description, `<name>.json`, which says the type. */
const DESCRIBED = ["events", "dataElements", "actions"];
/** Named as their file, whose first line may be `// needs: parts/…`. */
const BARE = ["pipes", "parts"];

/**
 * Properties that only the snippet's own objects have, and no browser, page, container, monitor or wire: they get short
 * names, the same in every fragment. tests/js/build.test.js holds that nobody else has them.
 */
const MANGLED = JSON.parse(readFileSync(join(SNIPPET, "mangled.json"), "utf8"));

const { version } = JSON.parse(readFileSync(join(HERE, "..", "package.json"), "utf8"));

const options = {
  bundle: true,
  write: false,
  format: "iife",
  target: "es2019",
  charset: "ascii",
  // Of what is newer, only where a property runs custom code: such a build is for browsers that have it.
  supported: { "dynamic-import": true },
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: SNIPPET,
  define: { __HELIOGRAPH_VERSION__: JSON.stringify(version) },
};

/** Short names of the properties, by their long ones: filled by the first fragment, used by all. */
const nameCache = {};

/** Of a segment of a source map, what says a name's index: the fifth of its fields in Base64 VLQ, in which the last digit is below 32. */
const FIFTH_FIELD = /((?:[g-z0-9+/]*[A-Za-f]){4})[g-z0-9+/]*[A-Za-f](?=[,;]|$)/g;

/** {text, map} of a fragment, or of a script of its own; `ecma`: what it is for. The map knows no names. */
const bundle = async (input, ecma = 2019) => {
  const { outputFiles } = await build({ ...options, ...input, sourcemap: "external", outdir: SNIPPET });
  const [first, second] = outputFiles.map(({ text }) => text);
  const { code, map } = await minify(second, {
    ecma,
    sourceMap: { content: first },
    compress: { passes: 3 },
    module: input.format === "esm",
    mangle: { properties: { regex: new RegExp(`^(${MANGLED.join("|")})$`), builtins: true } },
    nameCache,
    format: { ascii_only: true, ecma },
  });
  const { sources, mappings } = JSON.parse(map);
  return { text: code.replace(/;?$/, ";\n"), map: { sources, mappings: mappings.replace(FIFTH_FIELD, "$1") } };
};

const sizes = (text) => ({ bytes: Buffer.byteLength(text), gzip: gzipSync(text, { level: 9 }).length });

const list = (kind, ending) => readdirSync(join(SNIPPET, ...folderOf(kind))).filter((file) => file.endsWith(ending));
const folderOf = (kind) => (DESCRIBED.includes(kind) ? ["modules", kind] : [kind]);

/** {name: `<kind>/<name>`, source, needs} of every fragment but the runtime, sorted by name. */
const listModules = () => [
  ...DESCRIBED.flatMap((kind) =>
    list(kind, ".json").map((file) => {
      const { type, needs } = JSON.parse(readFileSync(join(SNIPPET, "modules", kind, file), "utf8"));
      return { name: `${kind}/${type}`, source: `./modules/${kind}/${file.replace(/\.json$/, ".js")}`, needs };
    }),
  ),
  ...BARE.flatMap((kind) =>
    list(kind, ".js").map((file) => {
      const [, needs] = /^\/\/ needs: (.*)/.exec(readFileSync(join(SNIPPET, kind, file), "utf8")) || [];
      return { name: `${kind}/${file.slice(0, -3)}`, source: `./${kind}/${file}`, needs: needs && needs.split(" ") };
    }),
  ),
].sort((one, other) => (one.name < other.name ? -1 : 1));

const files = new Map();
// In the frame, the directive would no longer be the first statement: it is the frame's.
const DIRECTIVE = '"use strict";';
const runtime = await bundle({ entryPoints: ["runtime.js"] });
files.set("runtime.js", runtime.text.replace(DIRECTIVE, ""));
/** Of each fragment; the runtime's still counts the directive that is taken off. */
const maps = { runtime: { ...runtime.map, shift: DIRECTIVE.length } };
// No format: these are programs of their own already, and for any browser.
for (const name of ["pointer.js", "loader.js", "rollout.js"]) {
  files.set(name, (await bundle({ entryPoints: [name], format: undefined, target: "es5" }, 5)).text);
}

const manifest = { runtime: sizes(files.get("runtime.js")), modules: {} };
for (const { name, source, needs } of listModules()) {
  const contents = `import module from ${JSON.stringify(source)}; $h[${JSON.stringify(name)}] = module;`;
  const { text, map } = await bundle({ stdin: { contents, resolveDir: SNIPPET } });
  maps[name] = map;
  const file = `modules/${name}.js`;
  files.set(file, text);
  manifest.modules[name] = { file, ...sizes(text), ...(needs ? { needs } : {}) };
}
/** For people who bundle: every fragment, so that any container finds what it names. */
const whole = () => {
  const fragments = listModules();
  const imports = fragments.map(({ source }, index) => `import m${index} from ${JSON.stringify(source)};`);
  const modules = fragments.map(({ name }, index) => `${JSON.stringify(name)}: m${index}`);
  return `${imports.join("")} import { startOn } from "./startOn.js"; export const start = (container) => { startOn(container, {${modules}}); return window.heliograph; };`;
};
files.set("heliograph.mjs", (await bundle({ stdin: { contents: whole(), resolveDir: SNIPPET }, format: "esm" })).text);
files.set("heliograph.d.ts", readFileSync(join(SNIPPET, "api.d.ts"), "utf8"));
const npm = {
  name: "heliograph",
  version,
  description: "Heliograph's snippet, for sites that bundle it",
  license: "MIT",
  type: "module",
  sideEffects: false,
  exports: { ".": { types: "./heliograph.d.ts", default: "./heliograph.mjs" } },
};
files.set("package.json", JSON.stringify(npm, null, 2) + "\n");

// Line by line, so that a change of one fragment is a change of one line.
files.set("maps.json", `{\n${Object.keys(maps).sort().map((name) => `${JSON.stringify(name)}: ${JSON.stringify(maps[name])}`).join(",\n")}\n}\n`);
files.set("manifest.json", JSON.stringify(manifest, null, 2) + "\n");

const target = resolve(process.argv[2] ?? join(HERE, "dist"));
rmSync(join(target, "modules"), { recursive: true, force: true });
for (const [name, text] of files) {
  mkdirSync(dirname(join(target, name)), { recursive: true });
  writeFileSync(join(target, name), text);
}
