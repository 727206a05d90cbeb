import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aSnippet, fakeStorage, fakeWorld, loadModules } from "./fakes.js";

const modules = await loadModules();
const MINUTE = 60_000;

/** A snippet whose page calls `track`; `failed` are the reasons told to monitors. */
const aSender = async (options = {}) => {
  const world = options.world || fakeWorld(options);
  const failed = [];
  const sent = [];
  const monitor = {
    onEventFailed: ({ reason, willRetry }) => failed.push([reason, willRetry]),
    onEventSent: ({ action, status }) => sent.push([action, status]),
  };
  const { call } = await aSnippet(aContainer(), { world, modules, monitor });
  const track = (...names) => names.forEach((name) => call("track", name));
  const types = (request) => JSON.parse(request.body).events.map(({ xdm }) => xdm.eventType);
  return { world, call, track, types, failed, sent };
};

test("events of one moment go out together, in order", async () => {
  const { world, track, types } = await aSender();

  track("a", "b", "c");
  await world.advance(49);
  assert.equal(world.requests.length, 0);
  await world.advance(1);

  assert.equal(world.requests.length, 1);
  assert.deepEqual(types(world.requests[0]), ["a", "b", "c"]);
});

test("the first request asks for the identity, later ones do not once it was given", async () => {
  const { world, track } = await aSender();

  track("a");
  await world.advance(60);
  assert.match(world.requests[0].url, /\/ee\/v1\/interact\?configId=ds&requestId=[0-9a-f-]{36}$/);
  await world.requests[0].answer({ status: 200, text: '{"handle":[]}' });
  track("b");
  await world.advance(60);

  assert.match(world.requests[1].url, /\/ee\/v1\/collect\?/);
});

test("there is one request at a time", async () => {
  const { world, track, types } = await aSender();
  track("a");
  await world.advance(60);

  track("b");
  await world.advance(1000);
  assert.equal(world.requests.length, 1);
  await world.requests[0].answer();
  await world.advance(60);

  assert.deepEqual(types(world.requests[1]), ["b"]);
});

test("a request has at most 50 events", async () => {
  const { world, track, types } = await aSender();

  track(...Array.from({ length: 60 }, (_, n) => `e${n}`));
  await world.advance(60);
  await world.requests[0].answer();
  await world.advance(60);

  assert.deepEqual(world.requests.map((request) => types(request).length), [50, 10]);
});

for (const status of [0, 429, 500, 502, 503, 504]) {
  test(`after ${status || "no answer"} the same events, with the same ids, are tried again`, async () => {
    const { world, track, failed } = await aSender();
    track("a", "b");
    await world.advance(60);
    const ids = (request) => JSON.parse(request.body).events.map(({ xdm }) => xdm._id);

    if (status) await world.requests[0].answer({ status });
    else await world.requests[0].fail();
    await world.advance(1000);

    assert.equal(world.requests.length, 2);
    assert.deepEqual(ids(world.requests[1]), ids(world.requests[0]));
    assert.equal(failed[0][1], true);
  });
}

test("Retry-After is honoured", async () => {
  const { world, track } = await aSender();
  track("a");
  await world.advance(60);

  await world.requests[0].answer({ status: 503, retryAfter: "7" });
  await world.advance(6900);
  assert.equal(world.requests.length, 1);
  await world.advance(200);

  assert.equal(world.requests.length, 2);
});

test("what is refused is not tried again; it is counted, and told with the next request", async () => {
  const { world, track, failed } = await aSender();
  track("a", "b");
  await world.advance(60);

  await world.requests[0].answer({ status: 400, text: "no" });
  track("c");
  await world.advance(60);

  assert.deepEqual(failed, [["status 400 no", false], ["status 400 no", false]]);
  assert.deepEqual(world.bodies()[1].meta.lost, { refused: 2 });
});

test("a count that did not get through is told again", async () => {
  const { world, track } = await aSender();
  track("a");
  await world.advance(60);
  await world.requests[0].answer({ status: 400 });
  track("b");
  await world.advance(60);

  await world.requests[1].answer({ status: 503 });
  await world.advance(2000);
  await world.requests[2].answer({ status: 204 });
  track("c");
  await world.advance(60);

  assert.deepEqual(world.bodies().map(({ meta }) => meta.lost), [undefined, { refused: 1 }, { refused: 1 }, undefined]);
});

test("after four tries events go to storage, and the next page sends them", async () => {
  const storage = fakeStorage();
  const { world, track } = await aSender({ storage });
  track("a");
  for (let n = 0; n < 4; n++) {
    await world.advance(10_000);
    await world.requests[n].answer({ status: 503 });
  }
  await world.advance(MINUTE - 1000);
  assert.equal(world.requests.length, 4);

  const next = await aSender({ storage });
  await next.world.advance(60);

  assert.deepEqual(next.types(next.world.requests[0]), ["a"]);
});

test("when the server is back, what was kept while it was not is sent first, and once", async () => {
  const { world, track, types } = await aSender();
  track("a");
  for (let n = 0; n < 4; n++) {
    await world.advance(10_000);
    await world.requests[n].answer({ status: 503 });
  }
  track("b");
  await world.advance(MINUTE + 100);
  await world.requests[4].answer();
  await world.advance(MINUTE);

  assert.deepEqual(world.requests.slice(4).map(types), [["a", "b"]]);
});

test("when the page is hidden, what waits goes by beacon", async () => {
  const { world, track, types, sent } = await aSender();
  track("a", "b");

  world.hide();

  assert.deepEqual(world.beacons.map(types), [["a", "b"]]);
  assert.deepEqual(sent, [["collect", 0], ["collect", 0]]);
  await world.advance(60);
  assert.equal(world.requests.length, 0);
});

test("what no beacon takes, the next page sends", async () => {
  const storage = fakeStorage();
  const { world, track } = await aSender({ storage, takesBeacons: false });
  track("a");

  world.hide(true);
  const next = await aSender({ storage });
  await next.world.advance(60);

  assert.deepEqual(next.types(next.world.requests[0]), ["a"]);
});

test("a request that dies with the page is handed over as well", async () => {
  const { world, track, types } = await aSender({ keepsAlive: false });
  track("a");
  await world.advance(60);

  world.hide(true);

  assert.deepEqual(world.beacons.map(types), [["a"]]);
});

test("while the server fails, what goes by beacon is kept as well", async () => {
  const storage = fakeStorage();
  const { world, track } = await aSender({ storage });
  track("a");
  await world.advance(60);
  await world.requests[0].answer({ status: 503 });

  world.hide();
  const next = await aSender({ storage });
  await next.world.advance(60);

  assert.equal(world.beacons.length, 1);
  assert.deepEqual(next.types(next.world.requests[0]), ["a"]);
});

test("a body too large for keepalive goes without it", async () => {
  const { world, call } = await aSender();

  call("track", "big", { xdm: { text: "x".repeat(70_000) } });
  await world.advance(60);

  assert.equal(world.requests[0].keepalive, false);
});

test("what storage cannot hold is counted", async () => {
  const { world, call } = await aSender({ takesBeacons: false, keepsAlive: false });
  for (let n = 0; n < 4; n++) call("track", `e${n}`, { xdm: { text: "x".repeat(60_000) } });

  world.hide();
  call("track", "next");
  await world.advance(60);

  assert.deepEqual(world.bodies()[0].meta.lost, { queue_overflow: 1 });
});

test("when more than 100 events wait for an answer, they go to storage, and what it cannot hold is counted", async () => {
  const { world, track, types } = await aSender();
  track("first");
  await world.advance(60);

  track(...Array.from({ length: 103 }, (_, n) => `e${n}`));
  await world.requests[0].answer();
  await world.advance(60);

  assert.deepEqual([types(world.requests[1]).at(0), types(world.requests[1]).at(-1)], ["e3", "e52"]);
  assert.deepEqual(world.bodies()[1].meta.lost, { queue_overflow: 3 });
});

/** What a page of later finds to send when this one is gone without a word. */
const ofNextPage = async (storage) => {
  const next = await aSender({ storage });
  await next.world.advance(60);
  return next.world.requests.flatMap(next.types);
};

test("while the server fails, what waits outlives a tab that is killed, whether a try is under way or not", async () => {
  const storage = fakeStorage();
  const { world, track } = await aSender({ storage });
  track("a");
  await world.advance(60);
  await world.requests[0].answer({ status: 503 });

  track("b");
  assert.deepEqual(await ofNextPage(storage), ["a", "b"]);
  await world.advance(2000);
  assert.equal(world.requests.length, 2);
  assert.deepEqual(await ofNextPage(storage), ["a", "b"]);

  await world.requests[1].answer();
  assert.deepEqual(await ofNextPage(storage), []);
});

test("what the next page sends is kept until the server has it", async () => {
  const storage = fakeStorage();
  const { world, track } = await aSender({ storage, takesBeacons: false });
  track("a");
  world.hide(true);

  assert.deepEqual(await ofNextPage(storage), ["a"]);
  assert.deepEqual(await ofNextPage(storage), ["a"]);
});

test("an event that is refused later is not tried again", async () => {
  const storage = fakeStorage();
  const { world, track } = await aSender({ storage });
  track("a");
  await world.advance(60);
  await world.requests[0].answer({ status: 503 });
  await world.advance(2000);

  await world.requests[1].answer({ status: 400 });

  assert.deepEqual(await ofNextPage(storage), []);
});

test("a page that goes away from a request that hangs leaves its events to the next one", async () => {
  const storage = fakeStorage();
  const { world, track } = await aSender({ storage });
  track("a");
  await world.advance(1100);

  world.hide(true);

  assert.deepEqual(await ofNextPage(storage), ["a"]);
});

test("a page that goes away soon leaves its request to the browser", async () => {
  const storage = fakeStorage();
  const { world, track } = await aSender({ storage });
  track("a");
  await world.advance(900);

  world.hide(true);

  assert.equal(world.beacons.length, 0);
  assert.deepEqual(await ofNextPage(storage), []);
});

test("what is handed over without a network is kept as well", async () => {
  const storage = fakeStorage();
  const { world, track } = await aSender({ storage });
  world.platform.root.navigator.onLine = false;
  track("a");

  world.hide(true);

  assert.deepEqual(await ofNextPage(storage), ["a"]);
});

test("when the network is back, nothing waits any longer", async () => {
  const { world, track, types } = await aSender();
  track("a");
  for (let n = 0; n < 4; n++) {
    await world.advance(10_000);
    await world.requests[n].fail();
  }

  world.fire("online");
  await world.advance(0);

  assert.deepEqual(types(world.requests[4]), ["a"]);
});

test("a server that asked for a pause has it, whatever happens to the page or the network", async () => {
  const storage = fakeStorage();
  const { world, track } = await aSender({ storage });
  track("a");
  await world.advance(60);
  await world.requests[0].answer({ status: 429, retryAfter: "30" });

  world.fire("online");
  track("b");
  world.hide();
  await world.advance(29_000);

  assert.equal(world.requests.length + world.beacons.length, 1);
  assert.deepEqual(await ofNextPage(storage), ["a", "b"]);
  await world.advance(2000);
  assert.equal(world.requests.length, 2);
});

test("who answers with something else than JSON is not the server", async () => {
  const { world, track, types } = await aSender();
  track("a");
  await world.advance(60);

  await world.requests[0].answer({ status: 200, text: "<!doctype html><title>Sign in to the hotel's network</title>" });
  await world.advance(2000);

  assert.deepEqual(types(world.requests[1]), ["a"]);
});

test("a library that gives lists a toJSON of its own changes nothing", async () => {
  const { world, call } = await aSender();
  // eslint-disable-next-line no-extend-native
  Array.prototype.toJSON = () => "spoiled";
  try {
    call("track", "a", { xdm: { list: [1, [2]] } });
    await world.advance(60);
  } finally {
    delete Array.prototype.toJSON;
  }

  assert.deepEqual(world.sent()[0].list, [1, [2]]);
});
