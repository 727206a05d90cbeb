/*
 * Builds static/dist/ from static/snippet/: `node static/build.mjs [folder]`, with esbuild, the same bytes every time.
 *
 * static/dist/ is committed, and publishing a property is text put together from it (server/container/): no Node.js is
 * needed for that. What is there:
 *
 *   manifest.json                  {"runtime": {"bytes", "gzip"}, "modules": {"<kind>/<type>": {"file", "bytes", "gzip"}}}
 *                                  `file` is relative to static/dist/; `gzip` is the size after gzip -9 of the file alone
 *   runtime.js                     sets `$h.start`
 *   modules/<kind>/<type>.js       sets `$h["<kind>/<type>"]`; kinds: events, dataElements, actions
 *   pointer.js                     what /tags/{property}/{environment}.js delivers: `__BUILD_PATH__`, which is in it once,
 *                                  stands for the build's path from the root of the host, as JSON text
 *   loader.js                      the base code for inline use: `__TAG_URL__`, which is in it once, stands for the address
 *                                  of the tag, as JSON text
 *
 * A build is exactly this, with nothing between the parts; each file is a fragment that ends in `;` or a line feed:
 *
 *   !function(){var $h={};  runtime.js  modules/…  $h.start(  the container as JSON  )}();
 *
 * The JSON must be safe in a script: `<`, `>`, `&`, U+2028 and U+2029 escaped as \u00xx. Every entry point catches its own
 * errors, so the frame needs no `try`. Modules import nothing at run time but types: what they share is in `tools`.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const SNIPPET = join(HERE, "snippet");
const KINDS = ["events", "dataElements", "actions"];

const { version } = JSON.parse(readFileSync(join(HERE, "..", "package.json"), "utf8"));

const options = {
  bundle: true,
  write: false,
  minify: true,
  format: "iife",
  target: "es2019",
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: SNIPPET,
  define: { __HELIOGRAPH_VERSION__: JSON.stringify(version) },
};

/** The text of one fragment. */
const bundle = async (input) => {
  const { outputFiles } = await build({ ...options, ...input });
  return outputFiles[0].text;
};

const sizes = (text) => ({ bytes: Buffer.byteLength(text), gzip: gzipSync(text, { level: 9 }).length });

/** [`<kind>/<type>`, path of its source] of every module, sorted. */
const listModules = () =>
  KINDS.flatMap((kind) =>
    readdirSync(join(SNIPPET, "modules", kind))
      .filter((file) => file.endsWith(".json"))
      .map((file) => {
        const { type } = JSON.parse(readFileSync(join(SNIPPET, "modules", kind, file), "utf8"));
        return [`${kind}/${type}`, `./modules/${kind}/${file.replace(/\.json$/, ".js")}`];
      }),
  ).sort(([a], [b]) => (a < b ? -1 : 1));

const files = new Map();
files.set("runtime.js", await bundle({ entryPoints: ["runtime.js"] }));
// No format: these are programs of their own already, and for any browser.
for (const name of ["pointer.js", "loader.js"]) files.set(name, await bundle({ entryPoints: [name], format: undefined, target: "es5" }));

const manifest = { runtime: sizes(files.get("runtime.js")), modules: {} };
for (const [name, source] of listModules()) {
  const contents = `import module from ${JSON.stringify(source)}; $h[${JSON.stringify(name)}] = module;`;
  const text = await bundle({ stdin: { contents, resolveDir: SNIPPET } });
  const file = `modules/${name}.js`;
  files.set(file, text);
  manifest.modules[name] = { file, ...sizes(text) };
}
files.set("manifest.json", JSON.stringify(manifest, null, 2) + "\n");

const target = resolve(process.argv[2] ?? join(HERE, "dist"));
rmSync(join(target, "modules"), { recursive: true, force: true });
for (const [name, text] of files) {
  mkdirSync(dirname(join(target, name)), { recursive: true });
  writeFileSync(join(target, name), text);
}
