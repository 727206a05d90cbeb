import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aRule, aSnippet, fakeStorage, fakeWorld, loadModules } from "./fakes.js";

const modules = await loadModules();
const withoutQueue = Object.fromEntries(Object.entries(modules).filter(([name]) => name !== "parts/pending"));
const consentOf = (keys) => ({ default: "pending", purposes: ["collect", "personalize"], queueEvents: 3, queueSeconds: 60, ...keys });
const MINUTE = 60_000;

/** `e` is sent with consent to collect, `p` needs `personalize` as well, and `f` has a field that does. */
const RULES = [
  aRule({ xdm: [["n", { $: "event", path: ["n"] }]] }),
  aRule({ id: "p", event: "p", consent: ["collect", "personalize"] }),
  { ...aRule({ id: "f", event: "f" }), actions: [{ module: "send-event", settings: { eventType: "f", xdm: [{ path: ["x"], value: 1, consent: "personalize" }] } }] },
];

const aSite = async (keys, { world = fakeWorld(), all = modules, calls } = {}) => {
  const queued = [];
  const skipped = [];
  const monitor = { onEventQueued: ({ waitsFor }) => queued.push(waitsFor), onRuleSkipped: ({ verdict }) => skipped.push(verdict) };
  const snippet = await aSnippet(aContainer({ consent: consentOf(keys), rules: RULES }), { world, modules: all, monitor, calls });
  const numbers = async () => {
    await world.advance(60);
    return world.sent().map(({ n }) => n);
  };
  return { ...snippet, queued, skipped, numbers };
};

test("nothing is sent or stored while consent is pending; all of it goes, in order, after a grant", async () => {
  const { world, push, call, numbers, queued } = await aSite();

  push({ event: "e", n: 1 }, { event: "e", n: 2 });
  assert.deepEqual(await numbers(), []);
  assert.deepEqual(Object.keys(world.storage), []);
  assert.equal(world.document.cookie, "");
  await call("consent", { collect: "granted" });

  assert.deepEqual(await numbers(), [1, 2]);
  assert.deepEqual(queued, [["collect"], ["collect"]]);
});

test("an event has the id and time of its moment, not of the grant", async () => {
  const { world, push, call } = await aSite();
  push({ event: "e", n: 1 });
  const at = new Date(world.now).toISOString();

  await world.advance(20_000);
  await call("consent", { collect: "granted" });
  await world.advance(60);

  assert.equal(world.sent()[0].timestamp, at);
});

test("a denial throws away what waits, and everything after", async () => {
  const { push, call, numbers, skipped } = await aSite();

  push({ event: "e", n: 1 });
  await call("consent", { collect: "denied" });
  push({ event: "e", n: 2 });
  await call("consent", { collect: "granted" });
  push({ event: "e", n: 3 });

  assert.deepEqual(await numbers(), [3]);
  assert.deepEqual(skipped, ["consent"]);
});

test("what waits too long, or is too much, is counted", async () => {
  const { world, push, call, numbers } = await aSite();

  for (let n = 1; n <= 5; n++) push({ event: "e", n });
  await world.advance(MINUTE + 1);
  push({ event: "e", n: 6 });
  await call("consent", { collect: "granted" });
  push({ event: "e", n: 7 });

  assert.deepEqual(await numbers(), [7]);
  assert.deepEqual(world.bodies()[0].meta.lost, { consent_overflow: 3, consent_timeout: 3 });
});

test("an event waits for every purpose of its rule", async () => {
  const { world, push, call, queued } = await aSite();
  push({ event: "p" });

  await call("consent", { collect: "granted" });
  await world.advance(60);
  assert.equal(world.sent().length, 0);
  await call("consent", { personalize: "granted" });
  await world.advance(60);

  assert.equal(world.sent().length, 1);
  assert.deepEqual(queued, [["collect", "personalize"]]);
});

test("what waits through several grants keeps its time to live", async () => {
  const { world, push, call } = await aSite();
  push({ event: "p" });
  await world.advance(40_000);
  await call("consent", { collect: "granted" });
  await world.advance(40_000);

  await call("consent", { personalize: "granted" });
  await world.advance(60);

  assert.equal(world.sent().length, 0);
});

test("a field whose purpose is not granted is left out alone, as consent is when the event is sent", async () => {
  const { world, push, call } = await aSite({ default: "granted" });
  await call("consent", { personalize: "denied" });
  push({ event: "f" });
  await call("consent", { personalize: "granted" });
  push({ event: "f" });
  await world.advance(60);

  assert.deepEqual(world.sent().map(({ x }) => x), [undefined, 1]);
});

test("a property that lets nothing wait drops it without a count", async () => {
  const { world, push, call, numbers } = await aSite({ queueEvents: 0 }, { all: withoutQueue });

  push({ event: "e", n: 1 });
  await call("consent", { collect: "granted" });
  push({ event: "e", n: 2 });

  assert.deepEqual(await numbers(), [2]);
  assert.equal(world.bodies()[0].meta.lost, undefined);
});

test("consent that was said before the snippet came holds for the first event", async () => {
  const world = fakeWorld({ globals: { adobeDataLayer: [{ event: "e", n: 1 }] } });
  const { numbers } = await aSite({ default: "denied" }, { world, calls: [["consent", { collect: "granted" }]] });

  assert.deepEqual(await numbers(), [1]);
});

test("the cookie says what Adobe's SDK and the server say, and keeps what it does not know", async () => {
  const world = fakeWorld();
  world.document.cookie = `kndctr_SHOP_AdobeOrg_consent=${encodeURIComponent("general=in;other=x")};path=/`;
  const { push, call, numbers } = await aSite({}, { world });
  push({ event: "e", n: 1 });
  assert.deepEqual(await numbers(), [1]);

  await call("consent", { collect: "denied" });

  assert.match(decodeURIComponent(world.document.cookie), /_consent=general=out;other=x/);
});

test("another page of the visitor knows what was said, purpose by purpose", async () => {
  const storage = fakeStorage();
  const first = await aSite({}, { world: fakeWorld({ storage }) });
  await first.call("consent", { collect: "granted", personalize: "granted" });
  const world = fakeWorld({ storage });
  world.document.cookie = first.world.document.cookie.split("; ").find((pair) => pair.includes("_consent"));

  const second = await aSite({}, { world });
  second.push({ event: "p" });
  await world.advance(60);

  assert.equal(world.sent().length, 1);
});

test("a withdrawal empties what waits to be sent and what was kept", async () => {
  const storage = fakeStorage();
  const world = fakeWorld({ storage, takesBeacons: false, keepsAlive: false });
  const { push, call } = await aSite({ default: "granted" }, { world });
  push({ event: "e", n: 1 });
  world.hide();
  assert.ok(Object.keys(storage).some((key) => key.endsWith("queue")));
  push({ event: "e", n: 2 });

  await call("consent", { collect: "denied" });
  await world.advance(MINUTE);

  assert.equal(world.requests.length, 0);
  assert.deepEqual(Object.keys(storage).filter((key) => !key.includes("consent")), []);
});

test("a purpose or an answer that does not exist is an error that says what does", async () => {
  const { call } = await aSite();

  await assert.rejects(call("consent", { advertising: "granted" }), /granted or denied: collect,personalize/);
  await assert.rejects(call("consent", { collect: "yes" }), /granted or denied/);
});
