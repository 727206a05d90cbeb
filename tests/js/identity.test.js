import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeIdentity, encodeIdentity } from "../../static/snippet/identity/identityCookie.js";
import { mintEcid } from "../../static/snippet/identity/mintEcid.js";
import { uuid } from "../../static/snippet/identity/uuid.js";
import { aContainer, aSnippet, fakeStorage, fakeWorld, loadModules } from "./fakes.js";

const modules = await loadModules();
const random = (count) => crypto.getRandomValues(new Uint8Array(count));
const COOKIE = "kndctr_SHOP_AdobeOrg_identity";
const cookieOf = ({ document }, name = COOKIE) => (document.cookie.split("; ").find((pair) => pair.startsWith(name + "=")) || "").slice(name.length + 1);

test("an ECID is two numbers of 63 bits with 19 digits each", () => {
  for (let n = 0; n < 200; n++) {
    const ecid = mintEcid(random);

    assert.match(ecid, /^\d{38}$/);
    for (const half of [ecid.slice(0, 19), ecid.slice(19)]) assert.ok(BigInt(half) < 2n ** 63n, half);
  }
});

test("the largest bytes make an ECID that fits", () => {
  assert.match(mintEcid((count) => new Uint8Array(count).fill(255)), /^\d{38}$/);
});

test("a UUID is one of version 4, and another every time", () => {
  const made = Array.from({ length: 100 }, () => uuid(random));

  for (const one of made) assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(made).size, 100);
});

test("the identity cookie is read as it was written, and as Adobe's SDK writes it", () => {
  const ecid = "01234567890123456789012345678901234567";
  const theirs = Buffer.from(`\n&${ecid}\x10\xff\xfa\x18\x01`, "latin1").toString("base64url");

  assert.equal(decodeIdentity(encodeIdentity(ecid)), ecid);
  assert.match(encodeIdentity(ecid), /^[A-Za-z0-9_-]+$/);
  assert.equal(decodeIdentity(theirs), ecid);
  assert.equal(decodeIdentity(Buffer.from(`\n&${ecid}\x10\x01`, "latin1").toString("base64")), ecid);
});

for (const nothing of [undefined, "", "?", "AAAA", Buffer.from("\n&123").toString("base64")]) {
  test(`${JSON.stringify(nothing)} is no identity`, () => {
    assert.equal(decodeIdentity(nothing), undefined);
  });
}

test("a visitor keeps the ECID from page to page", async () => {
  const first = await aSnippet(aContainer(), { modules });
  const { ECID } = await first.call("identity");
  const world = fakeWorld();
  world.document.cookie = `${COOKIE}=${cookieOf(first.world)};path=/`;

  const second = await aSnippet(aContainer(), { modules, world });

  assert.deepEqual(await second.call("identity"), { ECID });
});

test("an edge of the same site sees the identity in the cookie, another one in the request", async () => {
  const own = await aSnippet(aContainer({ edge: "https://c.shop.example" }), { modules });
  const other = await aSnippet(aContainer({ edge: "https://c.elsewhere.example" }), { modules });

  for (const { world, call } of [own, other]) {
    call("track", "t");
    await world.advance(60);
  }

  const [ours, theirs] = [own, other].map(({ world }) => world.bodies()[0].meta.state);
  assert.equal(ours.domain, "shop.example");
  assert.equal(ours.entries, undefined);
  assert.deepEqual(theirs.entries, [{ key: COOKIE, value: cookieOf(other.world) }]);
});

test("where no cookie can be kept, the identity travels in the request, the same on the whole page", async () => {
  const world = fakeWorld();
  Object.defineProperty(world.document, "cookie", { get: () => "", set: () => {} });
  const { call } = await aSnippet(aContainer(), { modules, world });

  call("track", "a");
  await world.advance(60);
  const { ECID } = await call("identity");

  const [body] = world.bodies();
  assert.deepEqual(body.xdm, { identityMap: { ECID: [{ id: ECID }] } });
  assert.equal(body.meta.state.cookiesEnabled, false);
});

test("there is no identity without consent, and none stays after a denial", async () => {
  const consent = { default: "denied", purposes: ["collect"], queueEvents: 50, queueSeconds: 60 };
  const { call, world } = await aSnippet(aContainer({ consent }), { modules });
  await assert.rejects(call("identity"), /no consent/);
  assert.equal(cookieOf(world), "");

  call("consent", { collect: "granted" });
  const { ECID } = await call("identity");
  assert.match(ECID, /^\d{38}$/);
  call("consent", { collect: "denied" });

  assert.equal(cookieOf(world), "");
  await assert.rejects(call("identity"));
});

test("cookies that the server wants kept are kept, those of others are not", async () => {
  const { call, world } = await aSnippet(aContainer(), { modules });
  call("track", "t");
  await world.advance(60);
  const payload = [
    { key: "kndctr_SHOP_AdobeOrg_cluster", value: "ch1", maxAge: 1800 },
    { key: "session", value: "stolen", maxAge: 1800 },
  ];

  await world.requests[0].answer({ status: 200, text: JSON.stringify({ handle: [{ type: "state:store", payload }] }) });

  assert.equal(cookieOf(world, "kndctr_SHOP_AdobeOrg_cluster"), "ch1");
  assert.equal(cookieOf(world, "session"), "");
});

test("an answer that nobody understands bothers nobody", async () => {
  const { call, world } = await aSnippet(aContainer(), { modules });
  call("track", "a");
  await world.advance(60);

  await world.requests[0].answer({ status: 200, text: '{"handle": 7}' });
  call("track", "b");
  await world.advance(60);

  assert.equal(world.requests.length, 2);
});

test("the domain is found once, by the topmost that takes a cookie", async () => {
  const { call, world } = await aSnippet(aContainer(), { modules, world: fakeWorld({ url: "https://a.b.shop.example/", storage: fakeStorage() }) });

  call("track", "t");
  await world.advance(60);

  assert.equal(world.bodies()[0].meta.state.domain, "shop.example");
  assert.equal(/probe/.test(world.document.cookie), false);
});
