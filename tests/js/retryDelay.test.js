import assert from "node:assert/strict";
import { test } from "node:test";
import { retryDelay } from "../../static/snippet/transport/retryDelay.js";

const NOW = Date.parse("2026-01-02T03:04:05Z");
const delay = (state) => retryDelay({ tries: 1, since: NOW, now: NOW, jitter: 0, ...state });

test("delays double, and jitter spreads them over the upper half", () => {
  assert.deepEqual([1, 2, 3].map((tries) => delay({ tries })), [500, 1000, 2000]);
  assert.equal(delay({ jitter: 0.999999 }) < 1000, true);
});

test("four tries are all", () => {
  assert.equal(delay({ tries: 4 }), undefined);
});

test("what the server says wins: seconds, a date, and nothing at all", () => {
  assert.equal(delay({ retryAfter: "12" }), 12_000);
  assert.equal(delay({ retryAfter: "0" }), 0);
  assert.equal(delay({ retryAfter: "Fri, 02 Jan 2026 03:05:05 GMT" }), 60_000);
  assert.equal(delay({ retryAfter: "Fri, 02 Jan 2026 03:00:00 GMT" }), 0);
  assert.equal(delay({ retryAfter: "soon" }), 500);
  assert.equal(delay({ retryAfter: null }), 500);
});

test("a wait that ends later than five minutes after the first try is none", () => {
  assert.equal(delay({ retryAfter: "301" }), undefined);
  assert.equal(delay({ tries: 2, since: NOW - 299_500 }), undefined);
});
