import assert from "node:assert/strict";
import { test } from "node:test";
import { createRuleQueue } from "../../static/snippet/engine/ruleQueue.js";

const aQueue = () => {
  const errors = [];
  let overflows = 0;
  const queue = createRuleQueue(
    (error) => errors.push(error),
    () => overflows++,
  );
  return { queue, errors, overflows: () => overflows };
};

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("steps that take no time run at once, in order", () => {
  const { queue } = aQueue();
  const order = [];

  [1, 2, 3].forEach((n) => queue(() => void order.push(n)));

  assert.deepEqual(order, [1, 2, 3]);
});

test("a step waits for the one before it, even when that one fails", async () => {
  const { queue, errors } = aQueue();
  const order = [];
  let reject;

  queue(() => new Promise((_resolve, no) => (reject = no)));
  queue(() => void order.push("second"));
  assert.deepEqual(order, []);
  reject(new Error("slow and broken"));
  await settle();

  assert.deepEqual(order, ["second"]);
  assert.equal(errors[0].message, "slow and broken");
});

test("a step that throws does not stop the next", () => {
  const { queue, errors } = aQueue();
  const order = [];

  queue(() => {
    throw new Error("broken");
  });
  queue(() => void order.push("next"));

  assert.deepEqual(order, ["next"]);
  assert.equal(errors.length, 1);
});

test("what a step queues comes after what waits already", () => {
  const { queue } = aQueue();
  const order = [];

  queue(() => {
    queue(() => void order.push("inner"));
    order.push("outer");
  });

  assert.deepEqual(order, ["outer", "inner"]);
});

test("a step that never ends lets 100 wait, and tells of the rest", () => {
  const { queue, overflows } = aQueue();
  queue(() => new Promise(() => {}));

  for (let n = 0; n < 103; n++) queue(() => {});

  assert.equal(overflows(), 3);
});
