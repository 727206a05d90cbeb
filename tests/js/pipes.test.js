import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { cleanText } from "../../static/snippet/engine/cleanText.js";
import { text as textOf } from "../../static/snippet/engine/text.js";
import { toNumber } from "../../static/snippet/engine/toNumber.js";
import { loadModules } from "./fakes.js";

const modules = await loadModules();
const page = { url: () => "https://shop.example/a/b?q=1" };
const elements = { text: (element) => element.says, value: (element) => element.holds };
const tools = { cleanText, textOf, toNumber, page, elements };
const element = { nodeType: 1, says: " it says ", holds: "42", matches: (selector) => selector === "nav a" };

/** What a pipe makes of a value; undefined, as the engine has it, when it cannot. */
const piped = (name, value, ...args) => {
  try {
    return modules[`pipes/${name}`](value, args, tools);
  } catch {
    return undefined;
  }
};

test("sha256 is what the standard says, of UTF-8, at every length around its blocks", () => {
  const texts = ["", "abc", "a@b.example", "Zoë €", "😀", ...[55, 56, 63, 64, 65, 119, 120, 1000].map((length) => "x".repeat(length))];

  for (const text of texts) assert.equal(piped("sha256", text), createHash("sha256").update(text).digest("hex"), text.slice(0, 9));
  assert.equal(piped("sha256", 42), createHash("sha256").update("42").digest("hex"));
  assert.equal(piped("sha256", {}), undefined);
});

const CASES = [
  ["text", element, [], " it says "],
  ["text", 7, [], "7"],
  ["text", { a: 1 }, [], undefined],
  ["value", element, [], "42"],
  ["value", "x", [], "x"],
  ["sha256", "abc", [], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["matches", element, ["nav a"], true],
  ["matches", element, ["main a"], false],
  ["matches", "nav a", ["nav a"], false],
  ["string", true, [], "true"],
  ["number", "€ 1,234.50", [], 1234.5],
  ["number", "1.234,50 €", [","], 1234.5],
  ["number", "1 234,50", [","], 1234.5],
  ["number", "1'234", [], 1234],
  ["number", "-5 %", [], -5],
  ["number", "\u22125", [], -5],
  ["number", ".5", [], 0.5],
  ["number", 3.25, [], 3.25],
  ["number", "2 for 1", [], NaN],
  ["number", "1,23", [], NaN],
  ["number", "none", [], NaN],
  ["integer", "3.9", [], 3],
  ["integer", "-3.9", [], -3],
  ["boolean", "Yes", [], true],
  ["boolean", "0", [], false],
  ["boolean", "perhaps", [], undefined],
  ["date", "2026-01-02", [], "2026-01-02T00:00:00.000Z"],
  ["date", 1767322800, [], "2026-01-02T03:00:00.000Z"],
  ["date", 1767322800000, [], "2026-01-02T03:00:00.000Z"],
  ["date", "1767322800000", [], "2026-01-02T03:00:00.000Z"],
  ["date", "soon", [], undefined],
  ["lower", "ÄB", [], "äb"],
  ["upper", "äb", [], "ÄB"],
  ["lower", {}, [], undefined],
  ["trim", "  a ", [], "a"],
  ["cleanText", " a\n\u200b b\u00a0 ", [], "a b"],
  ["max", "abcdef", [3], "abc"],
  ["max", "ab\u{1f600}", [3], "ab"],
  ["replace", "a-b-c", ["-", ""], "abc"],
  ["replace", "a.b", [".", "$&"], "a$&b"],
  ["split", "a,b", [","], ["a", "b"]],
  ["join", ["a", "b"], ["+"], "a+b"],
  ["join", "ab", ["+"], undefined],
  ["at", ["a", "b", "c"], [1], "b"],
  ["at", ["a", "b", "c"], [-1], "c"],
  ["first", ["a", "b"], [], "a"],
  ["last", ["a", "b"], [], "b"],
  ["length", [1, 2, 3], [], 3],
  ["slice", "abcdef", [1, 3], "bc"],
  ["slice", [1, 2, 3], [1], [2, 3]],
  ["map", "b", [{ b: "book", "*": "other" }], "book"],
  ["map", "toString", [{ b: "book", "*": "other" }], "other"],
  ["map", "x", [{ b: "book" }], undefined],
  ["regex", "/p/lamp-42", ["/p/([a-z]+)", 1], "lamp"],
  ["regex", "/p/lamp-42", ["\\d+"], "42"],
  ["regex", "/q/", ["/p/"], undefined],
  ["stripQuery", "https://a.example/b?c#d", [], "https://a.example/b"],
  ["origin", "https://a.example:8/b", [], "https://a.example:8"],
  ["origin", "/c", [], "https://shop.example"],
  ["path", "../c?d", [], "/c"],
  ["pick", { id: 1, email: "x" }, ["id"], { id: 1 }],
  ["pick", [{ id: 1, n: 2 }, { id: 3 }], ["id"], [{ id: 1 }, { id: 3 }]],
  ["omit", { id: 1, email: "x" }, ["email"], { id: 1 }],
  ["json", { a: [1, "b"] }, [], '{"a":[1,"b"]}'],
];

for (const [name, value, args, expected] of CASES) {
  const said = value === element ? "an element" : JSON.stringify(value);
  test(`${said} | ${name}(${args.map((one) => JSON.stringify(one))})`, () => {
    const made = piped(name, value, ...args);

    // Without prototypes, by design: compare what is in them.
    if (typeof expected === "object") assert.equal(JSON.stringify(made), JSON.stringify(expected));
    else assert.ok(Object.is(made, expected), `${made}`);
  });
}

test("every pipe is tried here", () => {
  const tried = new Set(CASES.map(([name]) => `pipes/${name}`));

  assert.deepEqual(
    Object.keys(modules).filter((name) => name.startsWith("pipes/") && !tried.has(name)),
    [],
  );
});
