import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aRule, aSnippet, fakeWorld, loadModules } from "./fakes.js";

const N = [["n", { $: "event", path: ["n"] }]];

const aSite = async (batch = { ms: 2000, events: 3 }, settings = {}) => {
  const world = fakeWorld();
  const rules = [aRule({ id: "held", xdm: N, batch, settings }), aRule({ id: "quick", event: "q", xdm: N })];
  const made = await aSnippet(aContainer({ rules }), { world, modules: await loadModules() });
  const numbers = () => world.bodies().map(({ events }) => events.map(({ xdm }) => xdm.n));
  return { ...made, world, numbers };
};

test("events of the rule wait for each other until the time is up, and hold up no others", async () => {
  const { push, world, numbers } = await aSite();

  push({ event: "e", n: 1 }, { event: "q", n: 2 });
  await world.advance(1500);
  push({ event: "e", n: 3 });
  assert.deepEqual(numbers(), [[2]]);
  await world.requests[0].answer();
  await world.advance(600);

  assert.deepEqual(numbers(), [[2], [1, 3]]);
});

test("when there are enough of them they go, and the next ones wait anew", async () => {
  const { push, world, numbers } = await aSite();

  push(...[1, 2, 3, 4].map((n) => ({ event: "e", n })));
  await world.advance(60);
  assert.deepEqual(numbers(), [[1, 2, 3]]);
  await world.requests[0].answer();
  await world.advance(1900);
  assert.deepEqual(numbers(), [[1, 2, 3]]);
  await world.advance(100);

  assert.deepEqual(numbers(), [[1, 2, 3], [4]]);
});

test("each has the id and the time of its own moment", async () => {
  const { push, world } = await aSite();

  push({ event: "e", n: 1 });
  await world.advance(1000);
  push({ event: "e", n: 2 });
  await world.advance(1100);

  const [one, other] = world.sent();
  assert.notEqual(one._id, other._id);
  assert.equal(Date.parse(other.timestamp) - Date.parse(one.timestamp), 1000);
});

test("when the page is hidden, what waits goes by beacon", async () => {
  const { push, world } = await aSite();

  push({ event: "e", n: 1 }, { event: "e", n: 2 });
  world.hide(true);

  assert.equal(world.beacons.length, 1);
  assert.deepEqual(world.sent().map(({ n }) => n), [1, 2]);
});

test("an event that leaves the page with the visitor does not wait", async () => {
  const { push, world } = await aSite(undefined, { transport: "unload-safe" });

  push({ event: "e", n: 1 });

  assert.deepEqual(world.sent().map(({ n }) => n), [1]);
});

test("a withdrawal throws away what waits", async () => {
  const { push, call, world } = await aSite();

  push({ event: "e", n: 1 });
  await call("setConsent", { collect: "denied" });
  await world.advance(3000);

  assert.deepEqual(world.sent(), []);
});
