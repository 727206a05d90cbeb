import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aRule, aSnippet, fakeStorage, fakeWorld, loadModules } from "./fakes.js";

const RULES = [aRule(), aRule({ id: "p", event: "p", consent: ["collect", "personalize"], settings: { eventType: "p" } })];

const aSite = async ({ navigator = {}, consent = {}, privacy = {}, storage = fakeStorage(), rules = RULES } = {}) => {
  const world = fakeWorld({ storage, globals: { navigator } });
  const container = aContainer({ rules });
  Object.assign(container.consent, consent);
  Object.assign(container.privacy, privacy);
  const made = await aSnippet(container, { world, modules: await loadModules() });
  const types = async () => {
    made.push({ event: "e" }, { event: "p" });
    const before = world.sent().length;
    await world.advance(60);
    for (const request of world.requests) await request.answer();
    return world.sent().slice(before).map(({ eventType }) => eventType);
  };
  return { ...made, world, storage, types };
};

for (const [signal, navigator] of [["gpc", { globalPrivacyControl: true }], ["dnt", { doNotTrack: "1" }]]) {
  test(`${signal} denies the purposes that the property names, and no others`, async () => {
    const { types } = await aSite({ navigator, consent: { [signal]: ["personalize"] } });

    assert.deepEqual(await types(), ["t"]);
  });

  test(`${signal} means nothing to a property that names no purpose for it`, async () => {
    const { types } = await aSite({ navigator });

    assert.deepEqual(await types(), ["t", "p"]);
  });

  test(`what the visitor says on this site stands above ${signal}`, async () => {
    const { types, call } = await aSite({ navigator, consent: { [signal]: ["collect", "personalize"] } });
    assert.deepEqual(await types(), []);

    await call("setConsent", { collect: "granted", personalize: "granted" });

    assert.deepEqual(await types(), ["t", "p"]);
  });
}

test("without the signals, nothing is denied", async () => {
  const { types } = await aSite({ navigator: { globalPrivacyControl: false, doNotTrack: "unspecified" }, consent: { gpc: ["collect"], dnt: ["collect"] } });

  assert.deepEqual(await types(), ["t", "p"]);
});

test("with a signal against collecting, nothing is stored either", async () => {
  const { types, world } = await aSite({ navigator: { globalPrivacyControl: true }, consent: { gpc: ["collect"] } });

  await types();

  assert.deepEqual(Object.keys(world.storage), []);
  assert.equal(world.document.cookie, "");
});

test("cookieless: events are sent, and nothing is kept in the browser", async () => {
  const rules = [aRule({ limit: { times: 1, per: "visitor" } })];
  const { types, world, push } = await aSite({ privacy: { cookieless: true }, rules });

  assert.deepEqual(await types(), ["t"]);
  assert.deepEqual(await types(), [], "the limit holds on this page");
  push({ event: "other" });
  world.hide(true);

  assert.deepEqual(Object.keys(world.storage), []);
  assert.equal(world.document.cookie, "");
});

test("cookieless: the server is asked for nothing, and hears of one visitor a page", async () => {
  const first = await aSite({ privacy: { cookieless: true } });
  await first.types();
  await first.types();
  const next = await aSite({ privacy: { cookieless: true }, storage: first.storage });
  await next.types();

  const ids = [first, next].map(({ world }) => world.bodies().map(({ xdm }) => xdm.identityMap.ECID[0].id));
  assert.equal(new Set(ids[0]).size, 1);
  assert.notEqual(ids[0][0], ids[1][0]);
  for (const { url, body } of first.world.requests) {
    assert.match(url, /\/collect\?/);
    const { meta, query } = JSON.parse(body);
    assert.equal(query, undefined);
    assert.deepEqual([meta.state.cookiesEnabled, meta.state.domain, meta.state.entries], [false, "", []]);
  }
});

test("cookieless: consent holds as long as the page", async () => {
  const site = await aSite({ privacy: { cookieless: true }, consent: { default: "pending" } });
  await site.call("setConsent", { collect: "granted", personalize: "denied" });

  assert.deepEqual(await site.types(), ["t"]);
  assert.deepEqual(Object.keys(site.world.storage), []);
  assert.equal(site.world.document.cookie, "");
});
