import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aRule, aSnippet, fakeStorage, fakeWorld, loadModules } from "./fakes.js";

const modules = await loadModules();
const MINUTE = 60_000;

/** A page of a site whose rule has this limit; `count` tells how often the rule did something. */
const aPage = async (limit, { storage = fakeStorage(), world = fakeWorld({ storage }) } = {}) => {
  const verdicts = [];
  let count = 0;
  const monitor = { onRuleTriggered: () => count++, onRuleSkipped: ({ verdict }) => verdicts.push(verdict) };
  const { push } = await aSnippet(aContainer({ rules: [aRule({ limit })] }), { world, modules, monitor });
  return { world, storage, verdicts, count: () => count, happen: (item = {}) => push({ event: "e", ...item }) };
};

const KEY = { $: "event", path: ["id"] };

test("at most so often on a page", async () => {
  const { happen, count, verdicts } = await aPage({ times: 2, per: "page" });

  for (let n = 0; n < 4; n++) happen();

  assert.equal(count(), 2);
  assert.deepEqual(verdicts, ["limit", "limit"]);
});

test("each value of the key counts by itself, and so does none", async () => {
  const { happen, count } = await aPage({ times: 1, per: "page", key: KEY });

  ["a", "b", "a", undefined, undefined].forEach((id) => happen({ id }));

  assert.equal(count(), 3);
});

test("a route change begins a new route, and no new page", async () => {
  const route = await aPage({ times: 1, per: "route" });
  const page = await aPage({ times: 1, per: "page" });

  for (const { world, happen } of [route, page]) {
    happen();
    world.goTo("/next");
    happen();
    happen();
  }

  assert.deepEqual([route.count(), page.count()], [2, 1]);
});

test("a visitor is known on the next page", async () => {
  const first = await aPage({ times: 1, per: "visitor", key: KEY });
  first.happen({ id: "O-1" });

  const second = await aPage({ times: 1, per: "visitor", key: KEY }, { storage: first.storage });
  second.happen({ id: "O-1" });
  second.happen({ id: "O-2" });

  assert.equal(second.count(), 1);
});

test("a session ends after half an hour without anything", async () => {
  const { world, happen, count } = await aPage({ times: 1, per: "session" });
  happen();
  await world.advance(29 * MINUTE);
  happen();
  await world.advance(29 * MINUTE);
  happen();
  assert.equal(count(), 1);

  await world.advance(31 * MINUTE);
  happen();

  assert.equal(count(), 2);
});

test("a visitor's counters do not end with the session", async () => {
  const { world, happen, count } = await aPage({ times: 1, per: "visitor" });
  happen();

  await world.advance(31 * MINUTE);
  happen();

  assert.equal(count(), 1);
});

test("the 200 youngest keys are remembered", async () => {
  const { happen, count } = await aPage({ times: 1, per: "page", key: KEY });

  for (let n = 0; n <= 200; n++) happen({ id: n });
  happen({ id: 200 });
  happen({ id: 0 });

  assert.equal(count(), 202);
});

test("a rule that its conditions stop is not counted", async () => {
  const world = fakeWorld();
  const conditions = { value: KEY, is: "present" };
  let count = 0;
  const rule = aRule({ limit: { times: 1, per: "page" }, conditions });
  const { push } = await aSnippet(aContainer({ rules: [rule] }), { world, modules, monitor: { onRuleTriggered: () => count++ } });

  push({ event: "e" }, { event: "e", id: "a" });

  assert.equal(count, 1);
});

test("what storage refuses is remembered on this page", async () => {
  const { happen, count } = await aPage({ times: 1, per: "visitor" }, { storage: fakeStorage({ isFull: true }) });

  happen();
  happen();

  assert.equal(count(), 1);
});

/** A page of a site whose rule has this cap: a limit within a time. */
const aCappedPage = async (cap, { storage = fakeStorage(), world = fakeWorld({ storage }) } = {}) => {
  let count = 0;
  const verdicts = [];
  const monitor = { onRuleTriggered: () => count++, onRuleSkipped: ({ verdict }) => verdicts.push(verdict) };
  const { push } = await aSnippet(aContainer({ rules: [aRule({ cap })] }), { world, modules, monitor });
  return { world, storage, verdicts, count: () => count, happen: (item = {}) => push({ event: "e", ...item }) };
};

test("within a time, the runs of that time count", async () => {
  const { world, happen, count, verdicts } = await aCappedPage({ times: 2, per: "page", ms: 10 * MINUTE });

  happen();
  await world.advance(6 * MINUTE);
  happen();
  happen();
  assert.deepEqual([count(), verdicts], [2, ["limit"]]);
  await world.advance(5 * MINUTE);
  happen();
  happen();

  assert.equal(count(), 3);
});

test("within a time, a visitor is known on the next page, for each key", async () => {
  const cap = { times: 1, per: "visitor", ms: 10 * MINUTE, key: KEY };
  const first = await aCappedPage(cap);
  first.happen({ id: "a" });

  const second = await aCappedPage(cap, { storage: first.storage });
  second.happen({ id: "a" });
  second.happen({ id: "b" });

  assert.equal(second.count(), 1);
});
