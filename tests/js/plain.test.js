import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../../static/snippet/engine/at.js";
import { plain } from "../../static/snippet/engine/plain.js";
import { stringify } from "../../static/snippet/engine/stringify.js";
import { takeBatch } from "../../static/snippet/transport/takeBatch.js";

const same = (value) => JSON.parse(JSON.stringify(value));

test("a copy has what JSON can hold, and has it without a prototype", () => {
  const source = { a: [1, "b", null, undefined, () => 1], d: new Date(0), bad: new Date(NaN), n: NaN, s: Symbol("s"), u: undefined };
  const copy = plain(source);

  assert.deepEqual(same(copy), { a: [1, "b", null, null, null], d: "1970-01-01T00:00:00.000Z" });
  assert.equal(Object.getPrototypeOf(copy), null);
});

test("what leads back to itself ends there; what only comes twice is copied twice", () => {
  const twice = { x: 1 };
  const source = { one: twice, other: twice };
  source.self = source;

  assert.deepEqual(same(plain(source)), { one: { x: 1 }, other: { x: 1 } });
});

test("a copy has an end: in depth and in number", () => {
  let deep = {};
  for (let n = 0; n < 100; n++) deep = { deep };
  let depth = 0;
  for (let node = plain(deep); node; node = node.deep) depth++;

  assert.ok(depth < 40, `${depth}`);
  assert.ok(plain(Array.from({ length: 30_000 }, () => ({}))).filter(Boolean).length < 20_001);
});

test("elements and windows are not copied", () => {
  const window = {};
  window.window = window;

  assert.deepEqual(same(plain({ element: { nodeType: 1, data: "x" }, window })), {});
});

test("stringify is JSON, and asks no toJSON", () => {
  const value = { a: [1, undefined, "\u2028"], b: undefined, toJSON: () => "no" };

  assert.equal(stringify(value), '{"a":[1,null,"\u2028"]}');
});

test("a path reads keys and indexes, in both ways of writing", () => {
  const value = { a: [{ b: { "c-d": 1 } }] };

  assert.equal(at(value, "a[0].b.c-d"), 1);
  assert.equal(at(value, ["a", 0, "b", "c-d"]), 1);
  assert.equal(at(value, "a[1].b"), undefined);
  assert.equal(at(value, "a.constructor"), undefined);
  assert.equal(at("text", "length"), 4);
});

test("batches keep every item once, in order, below their size, unless one alone is larger", () => {
  const items = [10, 30_000, 30_000, 60_000, 10, 10].map((size, id) => ({ size, id }));
  const rest = [...items];
  const batches = [];
  while (rest.length) batches.push(takeBatch(rest, ({ size }) => size).map(({ id }) => id));

  assert.deepEqual(batches, [[0, 1], [2], [3], [4, 5]]);
  assert.deepEqual(takeBatch([], () => 1), []);
});
