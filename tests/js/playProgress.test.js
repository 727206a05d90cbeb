import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlayProgress } from "../../static/snippet/engine/playProgress.js";

const watch = (thresholds, looks, duration = 100) => {
  const told = [];
  const look = createPlayProgress(thresholds, (threshold) => told.push(threshold));
  const jumps = looks.filter((at) => look(at, duration));
  return { told, jumps };
};

test("each share is told once, when so much was played", () => {
  assert.deepEqual(watch([1, 2], [0.5, 1, 1.5, 2, 3, 4]).told, [1, 2]);
});

test("a jump forward adds nothing, and is told", () => {
  assert.deepEqual(watch([50], [1, 2, 60, 61]), { told: [], jumps: [60] });
});

test("what is played twice counts twice, as it was played", () => {
  assert.deepEqual(watch([3], [1, 2, 0, 1, 2]).told, [3]);
});

test("a film without an end has no shares", () => {
  assert.deepEqual(watch([1], [1, 2], 0 / 0).told, []);
  assert.deepEqual(watch([1], [1, 2], Infinity).told, []);
});
