import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const SNIPPET = new URL("../../static/snippet/", import.meta.url);
const read = (path) => readFileSync(new URL(path, SNIPPET), "utf8");
const MANGLED = JSON.parse(read("mangled.json"));

const withoutComments = (text) => text.replace(/\/\*[^]*?\*\//g, "");
const types = withoutComments(read("types.d.ts"));
const api = withoutComments(read("api.d.ts"));
const between = (from, to, text = types) => text.slice(text.indexOf(from), text.indexOf(to));
const namesIn = (text) => new Set([...text.matchAll(/(\w+)\??\s*[:(]/g)].map(([, name]) => name));

/** Names that others write or read: they must come through as they are. */
const theirs = {
  "the container": namesIn(between("export interface Container", "export interface Occurrence")),
  monitors: namesIn(between("export interface Monitor", "export function start", api)),
  // Kept in storage, where another version of the snippet may find it.
  "stored events": namesIn(between("export interface Beacon", "export type LossReason")),
  "the stub": namesIn(between("export interface Stub", "export type QueuedCall")),
  "what the page can call": new Set(["track", "consent", "identity", "xdm", "heliograph", "heliographMonitors"]),
  // What encodeRequest.js and applyAnswer.js write and read.
  "the wire": new Set("events xdm meta rule query identity fetch identityMap ECID id state domain cookiesEnabled entries key value queueTimeMillis revision lost handle type payload maxAge attrs SameSite".split(" ")),
};

/** Settings and facts of every module. */
const described = new Set();
for (const kind of ["events", "dataElements", "actions"]) {
  for (const file of readdirSync(new URL(`modules/${kind}/`, SNIPPET)).filter((one) => one.endsWith(".json"))) {
    const { settings, facts = {} } = JSON.parse(read(`modules/${kind}/${file}`));
    const walk = (schema) => {
      for (const [name, inner] of Object.entries(schema.properties || {})) {
        described.add(name);
        walk(inner);
      }
      for (const inner of [...Object.values(schema.$defs || {}), ...(schema.anyOf || []), ...(schema.oneOf || []), ...(schema.items ? [schema.items] : [])]) walk(inner);
    };
    walk(settings);
    Object.keys(facts).forEach((name) => described.add(name));
  }
}
theirs["modules' settings and facts"] = described;

// Data elements look their `get` up in an object of their own.
theirs["what a data element can get"] = new Set(
  readdirSync(new URL("modules/dataElements/", SNIPPET))
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => (JSON.parse(read(`modules/dataElements/${file}`)).settings.properties.get || {}).enum || []),
);

for (const [who, names] of Object.entries(theirs)) {
  test(`no name that is shortened belongs to ${who}`, () => {
    assert.ok(names.size > 2);
    assert.deepEqual(
      MANGLED.filter((name) => names.has(name)),
      [],
    );
  });
}

test("no name that is shortened is read from an object of the browser", () => {
  // As far as text can show it: after one of the names by which the code calls such objects.
  const objects = "Math|JSON|Object|Array|Promise|Reflect|performance|root|document|navigator|history|window|location|element|event|node|target|form|video|media|entry|screen|crypto|answer|area";
  const reads = new RegExp(`\\b(?:${objects})\\??\\.(${MANGLED.join("|")})\\b`, "g");
  const sources = readdirSync(SNIPPET, { recursive: true }).filter((file) => /\.js$/.test(file));
  const found = sources.flatMap((file) => [...read(file).matchAll(reads)].map(([what]) => `${file}: ${what}`));

  assert.ok(sources.length > 50);
  assert.deepEqual(found, []);
});

test("shortened names are sorted, each once", () => {
  assert.deepEqual(MANGLED, [...new Set(MANGLED)].sort());
});
