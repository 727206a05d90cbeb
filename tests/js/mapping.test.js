import assert from "node:assert/strict";
import { test } from "node:test";
import { newScope } from "../../static/snippet/engine/newScope.js";
import { assemble } from "../../static/snippet/xdm/assemble.js";
import { map } from "../../static/snippet/xdm/map.js";
import { merge } from "../../static/snippet/xdm/merge.js";
import { prune } from "../../static/snippet/xdm/prune.js";

const plainOf = (value) => JSON.parse(JSON.stringify(value));
const ITEM = Symbol("the item");
const resolve = (template, scope) => (template === ITEM ? scope.item : template);

const mapped = (entries, granted = ["collect"]) => {
  const scope = newScope("r", ["collect"], { facts: {} });
  const xdm = assemble(map(entries, scope, resolve), (purpose) => granted.includes(purpose));
  return { xdm: plainOf(xdm), missing: scope.missing };
};

test("paths become objects in objects", () => {
  const { xdm } = mapped([
    { path: ["web", "page", "name"], value: "a" },
    { path: ["web", "page", "views"], value: 1 },
    { path: ["id"], value: false },
  ]);

  assert.deepEqual(xdm, { web: { page: { name: "a", views: 1 } }, id: false });
});

test("a later line for the same path takes the earlier one's place", () => {
  assert.deepEqual(mapped([{ path: ["a"], value: 1 }, { path: ["a"], value: 2 }]).xdm, { a: 2 });
});

test("what is missing is left out and named by its path", () => {
  const { xdm, missing } = mapped([{ path: ["a", "b"], value: undefined }, { path: ["c"], value: "" }, { path: ["d"], value: 0 }]);

  assert.deepEqual(xdm, { d: 0 });
  assert.deepEqual(missing, ["a.b", "c"]);
});

test("one makes a list with one entry", () => {
  assert.deepEqual(mapped([{ path: ["list"], one: [{ path: ["SKU"], value: "A" }, { path: ["x", "y"], value: 2 }] }]).xdm, {
    list: [{ SKU: "A", x: { y: 2 } }],
  });
});

test("each makes an entry of every item, whatever is missing in one", () => {
  const { xdm, missing } = mapped([
    { path: ["list"], each: ["a", undefined, "c"], as: [{ path: ["id"], value: ITEM }, { path: ["n"], value: 1 }] },
  ]);

  assert.deepEqual(xdm, { list: [{ id: "a", n: 1 }, { n: 1 }, { id: "c", n: 1 }] });
  assert.deepEqual(missing, ["list.1.id"]);
});

test("a list that is none is missing; an empty one is empty", () => {
  const as = [{ path: ["id"], value: ITEM }];

  assert.deepEqual(mapped([{ path: ["list"], each: "abc", as }]), { xdm: {}, missing: ["list"] });
  assert.deepEqual(mapped([{ path: ["list"], each: [], as }]).xdm, { list: [] });
});

test("of a list, 200 items are mapped, and the rest is noted", () => {
  const each = Array.from({ length: 205 }, (_, n) => n);
  const { xdm, missing } = mapped([{ path: ["list"], each, as: [{ path: ["n"], value: ITEM }] }]);

  assert.equal(xdm.list.length, 200);
  assert.deepEqual(missing, ["list[200]"]);
});

test("a line whose purpose is not granted is left out alone, also inside of a list", () => {
  const entries = [
    { path: ["a"], value: 1 },
    { path: ["b"], value: 2, consent: "personalize" },
    { path: ["list"], one: [{ path: ["c"], value: 3, consent: "personalize" }, { path: ["d"], value: 4 }] },
    { path: ["whole"], one: [{ path: ["e"], value: 5 }], consent: "personalize" },
  ];

  assert.deepEqual(mapped(entries).xdm, { a: 1, list: [{ d: 4 }] });
  assert.deepEqual(mapped(entries, ["collect", "personalize"]).xdm, { a: 1, b: 2, list: [{ c: 3, d: 4 }], whole: [{ e: 5 }] });
});

test("a value that the page changes later stays what it was", () => {
  const value = { id: "A" };
  const scope = newScope("r", [], { facts: {} });
  const assignments = map([{ path: ["a"], value }], scope, resolve);

  value.id = "B";

  assert.deepEqual(plainOf(assemble(assignments, () => true)), { a: { id: "A" } });
});

test("a path named __proto__ pollutes nothing", () => {
  mapped([{ path: ["__proto__", "polluted"], value: 1 }]);

  assert.equal({}.polluted, undefined);
});

test("merge lays objects over objects, replaces lists, and changes neither", () => {
  const base = { a: { b: 1, c: [1, 2] }, d: 1 };
  const over = { a: { c: [3], e: 2 }, d: { f: 1 } };

  assert.deepEqual(plainOf(merge(base, over)), { a: { b: 1, c: [3], e: 2 }, d: { f: 1 } });
  assert.deepEqual([base, over], [{ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3], e: 2 }, d: { f: 1 } }]);
});

test("prune takes out what says nothing", () => {
  assert.deepEqual(plainOf(prune({ a: undefined, b: null, c: {}, d: { e: {} }, f: [], g: [{}, 1], h: 0, i: "", j: false })), {
    g: [1],
    h: 0,
    i: "",
    j: false,
  });
  assert.equal(prune({ a: {} }), undefined);
});
