import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "../../static/snippet/parts/compare.js";

const CASES = [
  // op, value, than, ignoreCase, holds
  ["eq", "a", "a", false, true],
  ["eq", "A", "a", false, false],
  ["eq", "A", "a", true, true],
  ["eq", "9", 9, false, true],
  ["eq", true, "true", false, true],
  ["ne", "a", "b", false, true],
  ["ne", undefined, "b", false, true],
  ["eq", undefined, "", false, false],
  ["gt", "10", 9, false, true],
  ["gt", "9", 10, false, false],
  ["gte", 10, 10, false, true],
  ["lt", 1, 2, false, true],
  ["lte", 2, 2, false, true],
  ["lt", undefined, 2, false, false],
  ["gt", "ten", 9, false, false],
  ["contains", "teapot", "pot", false, true],
  ["contains", "teapot", "POT", true, true],
  ["contains", ["a", "b"], "b", false, true],
  ["contains", ["a", "bc"], "b", false, false],
  ["startsWith", "teapot", "tea", false, true],
  ["endsWith", "teapot", "pot", false, true],
  ["endsWith", "teapot", "tea", false, false],
  ["matches", "order-42", "^order-\\d+$", false, true],
  ["matches", "ORDER-42", "^order", true, true],
  ["in", "b", ["a", "b"], false, true],
  ["in", 2, ["1", "2"], false, true],
  ["in", "c", ["a", "b"], false, false],
];

for (const [op, value, than, ignoreCase, holds] of CASES) {
  test(`${JSON.stringify(value)} ${op} ${JSON.stringify(than)}${ignoreCase ? ", whatever the case" : ""}: ${holds}`, () => {
    assert.equal(compare(op, value, than, ignoreCase), holds);
  });
}

test("a regular expression looks at the first 2,000 characters only", () => {
  assert.equal(compare("matches", "x".repeat(2000) + "needle", "needle"), false);
});
