import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aSnippet, fakeWorld, loadModules } from "./fakes.js";

const ORG = "SHOP@AdobeOrg";
const ECID = "12345678901234567890123456789012345678";
const NOW = Date.parse("2026-01-02T03:04:05.678Z") / 1000;
const said = ({ seconds = Math.floor(NOW), ecid = ECID, org = ORG } = {}) => encodeURIComponent(`TS=${seconds}|MCMID=${ecid}|MCORGID=${encodeURIComponent(org)}`);

const aSite = async ({ url = "https://www.shop.example/", consent = "granted", domains = ["other.example"] } = {}) => {
  const world = fakeWorld({ url });
  const container = aContainer({ domains });
  container.consent.default = consent;
  // There is no DOM here, and this one would look for the link's neighbours.
  const { "parts/lastLink": _, ...modules } = await loadModules();
  return { world, ...(await aSnippet(container, { world, modules })) };
};

test("a URL gets the identity before its fragment, once", async () => {
  const { call } = await aSite();
  const { ECID: ecid } = await call("getIdentity");

  const once = await call("appendIdentityToUrl", "https://other.example/a?b=c#d");
  const twice = await call("appendIdentityToUrl", once);

  assert.equal(once, `https://other.example/a?b=c&adobe_mc=${said({ ecid })}#d`);
  assert.equal(twice, once);
  assert.equal(await call("appendIdentityToUrl", "/a"), `/a?adobe_mc=${said({ ecid })}`);
});

test("without consent the URL stays as it is", async () => {
  const { call } = await aSite({ consent: "pending" });

  assert.equal(await call("appendIdentityToUrl", "https://other.example/"), "https://other.example/");
});

for (const [name, query, isTaken] of [
  ["a young link of the organisation", `?adobe_mc=${said()}`, true],
  ["one whose parameter is in the fragment", `#/list?adobe_mc=${said()}`, true],
  ["one that is four minutes old", `?a=b&adobe_mc=${said({ seconds: Math.floor(NOW) - 240 })}`, true],
  ["one that is six minutes old", `?adobe_mc=${said({ seconds: Math.floor(NOW) - 360 })}`, false],
  ["one of the future", `?adobe_mc=${said({ seconds: Math.floor(NOW) + 360 })}`, false],
  ["one of another organisation", `?adobe_mc=${said({ org: "OTHER@AdobeOrg" })}`, false],
  ["one whose identity is none", `?adobe_mc=${said({ ecid: "1; path=/" })}`, false],
  ["one that cannot be read", "?adobe_mc=%E0%A4%A", false],
]) {
  test(`${name} is ${isTaken ? "" : "not "}taken up`, async () => {
    const { call } = await aSite({ url: `https://www.shop.example/${query}` });

    assert.equal((await call("getIdentity")).ECID === ECID, isTaken);
  });
}

test("an identity is taken up when consent is given, and not before", async () => {
  const { call, world } = await aSite({ url: `https://www.shop.example/?adobe_mc=${said()}`, consent: "pending" });
  assert.equal(world.document.cookie, "");

  await call("setConsent", { collect: "granted" });

  assert.equal((await call("getIdentity")).ECID, ECID);
});

test("an identity from a link takes the place of the one that was known", async () => {
  const first = await aSite();
  await first.call("getIdentity");
  first.world.location.search = `?adobe_mc=${said()}`;

  const { call } = await aSnippet(aContainer({ domains: ["other.example"] }), { world: first.world, modules: await loadModules() });

  assert.equal((await call("getIdentity")).ECID, ECID);
});

const aLink = (href) => {
  const link = { nodeType: 1, href, matches: (selector) => /href/.test(selector), getAttribute: () => null };
  return { link, event: { composedPath: () => [link], button: 0 } };
};

for (const [domains, href, isTaken] of [
  [["other.example"], "https://other.example/a", true],
  [["*.other.example"], "https://www.other.example/a", true],
  [["*.other.example"], "https://other.example/a", true],
  [["other.example"], "https://www.other.example/a", false],
  [["other.example"], "https://another.example/a", false],
  [["shop.example", "*.shop.example"], "https://checkout.shop.example/a", false],
]) {
  test(`with ${domains} a click on ${href} ${isTaken ? "takes the identity along" : "changes nothing"}`, async () => {
    const { world } = await aSite({ domains });
    const { link, event } = aLink(href);

    world.fire("click", event);

    assert.equal(link.href.includes("adobe_mc="), isTaken);
  });
}
