import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../static/snippet/engine/evaluate.js";
import { compare } from "../../static/snippet/parts/compare.js";

const YES = { value: "a", is: "present" };
const NO = { value: "", is: "present" };
const met = (condition, resolve = (value) => value) => evaluate(condition, resolve, [], compare);

test("all needs every one, any needs one, none needs that there is none", () => {
  assert.deepEqual(
    [{ all: [YES, YES] }, { all: [YES, NO] }, { any: [NO, YES] }, { any: [NO] }, { none: [NO] }, { none: [NO, YES] }].map((one) => met(one)),
    [true, false, true, false, true, false],
  );
});

test("an empty group of all is met, an empty group of any is not", () => {
  assert.equal(met({ all: [] }), true);
  assert.equal(met({ any: [] }), false);
});

test("groups nest", () => {
  assert.equal(met({ all: [YES, { any: [NO, { none: [{ all: [YES, NO] }] }] }] }), true);
});

for (const [value, present] of [
  [undefined, false],
  [null, false],
  ["", false],
  [NaN, false],
  [0, true],
  [false, true],
  ["x", true],
  [[], true],
]) {
  test(`${JSON.stringify(value) ?? value} is ${present ? "present" : "absent"}`, () => {
    assert.equal(met({ value, is: "present" }), present);
    assert.equal(met({ value, is: "absent" }), !present);
  });
}

test("an attribute without a value is present; what a pipe made of it is not", () => {
  const attribute = { $: "this", attr: "disabled" };
  const piped = { ...attribute, pipe: [["trim"]] };

  assert.equal(met({ value: attribute, is: "present" }, () => ""), true);
  assert.equal(met({ value: attribute, is: "absent" }, () => ""), false);
  assert.equal(met({ value: attribute, is: "present" }, () => null), false);
  assert.equal(met({ value: piped, is: "present" }, () => ""), false);
});

test("true and false are told by what a value says", () => {
  assert.deepEqual(
    [true, "true", 1, undefined].map((value) => met({ value, is: "true" })),
    [true, true, false, false],
  );
  assert.equal(met({ value: "false", is: "false" }), true);
});

test("each comparison leaves a line, and none that was not needed", () => {
  const checks = [];
  const skipped = { value: "z", is: "present" };

  evaluate({ all: [YES, { value: "b", op: "eq", than: "c" }, skipped] }, (value) => value, checks, compare);

  assert.deepEqual(
    checks.map(({ seen, met }) => [seen, met]),
    [
      ["a", true],
      ["b", false],
    ],
  );
});
