import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRetryAfter, retryDelay } from "../../static/snippet/transport/retryDelay.js";

const NOW = Date.parse("2026-01-02T03:04:05Z");
const delay = (state) => retryDelay({ tries: 1, told: NaN, jitter: 0, ...state });

test("delays double, and jitter makes them up to twice as long", () => {
  assert.deepEqual([1, 2, 3].map((tries) => delay({ tries })), [500, 1000, 2000]);
  assert.equal(delay({ jitter: 0.999999 }) < 1000, true);
});

test("from the fourth try on there is one a minute", () => {
  assert.deepEqual([4, 5, 50].map((tries) => delay({ tries })), [60_000, 60_000, 60_000]);
});

test("what the server says wins", () => {
  assert.deepEqual([0, 12_000, 400_000].map((told) => delay({ told, tries: 9 })), [0, 12_000, 400_000]);
});

test("a server asks for seconds, or names a time", () => {
  const asked = (header) => parseRetryAfter(header, NOW);

  assert.equal(asked("12"), 12_000);
  assert.equal(asked("0"), 0);
  assert.equal(asked("Fri, 02 Jan 2026 03:05:05 GMT"), 60_000);
  assert.equal(asked("Fri, 02 Jan 2026 03:00:00 GMT"), 0);
  assert.deepEqual([asked("soon"), asked(null), asked(undefined)], [NaN, NaN, NaN]);
});
