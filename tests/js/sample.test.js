import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aRule, aSnippet, fakeStorage, fakeWorld, loadModules } from "./fakes.js";

/** A page of a site whose rule is sampled; the first byte of each lot is one of `lots` in turn (128: one half). */
const aPage = async (sample, { lots = [0], storage = fakeStorage(), rule = {} } = {}) => {
  const world = fakeWorld({ storage });
  const given = [...lots];
  const { random } = world.platform;
  world.platform.random = (count) => (count === 3 ? Uint8Array.of(0, 0, given.length > 1 ? given.shift() : given[0]) : random(count));
  const verdicts = [];
  let count = 0;
  const monitor = { onRuleTriggered: () => count++, onRuleSkipped: ({ verdict }) => verdicts.push(verdict) };
  const { push } = await aSnippet(aContainer({ rules: [aRule({ sample, ...rule })] }), { world, modules: await loadModules(), monitor });
  return { world, storage, verdicts, count: () => count, happen: (item = {}) => push({ event: "e", ...item }) };
};

test("each event is drawn by itself", async () => {
  const { happen, count, verdicts } = await aPage({ rate: 0.5 }, { lots: [127, 128, 255, 0] });

  for (let n = 0; n < 4; n++) happen();

  assert.equal(count(), 2);
  assert.deepEqual(verdicts, ["sample", "sample"]);
});

test("a rate of 1 leaves nothing out", async () => {
  const { happen, count } = await aPage({ rate: 1 }, { lots: [255] });

  happen();

  assert.equal(count(), 1);
});

test("a visitor who is in stays in, on the next page and when the rate is raised", async () => {
  const first = await aPage({ rate: 0.3, sticky: "visitor" }, { lots: [128, 0] });
  first.happen();
  first.happen();
  assert.equal(first.count(), 0);

  const next = await aPage({ rate: 0.3, sticky: "visitor" }, { lots: [0], storage: first.storage });
  next.happen();
  assert.equal(next.count(), 0);

  const raised = await aPage({ rate: 0.6, sticky: "visitor" }, { lots: [255], storage: first.storage });
  raised.happen();
  assert.equal(raised.count(), 1);
});

test("a route is drawn anew, a page is not", async () => {
  for (const [sticky, expected] of [["route", 1], ["page", 0]]) {
    const { world, happen, count } = await aPage({ rate: 0.5, sticky }, { lots: [200, 0] });
    happen();
    happen();
    assert.equal(count(), 0);

    world.goTo("/next");
    happen();

    assert.equal(count(), expected, sticky);
  }
});

test("a new session is drawn anew", async () => {
  const { world, happen, count } = await aPage({ rate: 0.5, sticky: "session" }, { lots: [200, 0] });
  happen();
  happen();
  assert.equal(count(), 0);

  await world.advance(31 * 60_000);
  happen();

  assert.equal(count(), 1);
});

test("what is not drawn does not count towards a limit", async () => {
  const { happen, verdicts } = await aPage({ rate: 0.5 }, { lots: [200, 0, 0], rule: { limit: { times: 1, per: "page" } } });

  for (let n = 0; n < 3; n++) happen();

  assert.deepEqual(verdicts, ["sample", "limit"]);
});
