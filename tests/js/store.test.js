import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aRule, aSnippet, fakeStorage, fakeWorld, loadModules } from "./fakes.js";

const MINUTE = 60_000;

/** What a stored data element `campaign` is compiled to: kept as `scope`, from the data layer's `c`, in capitals. */
const stored = (scope, keys = {}) => ({
  module: "dataLayer",
  settings: { path: "c" },
  fallback: [...(keys.fallback || []), { module: "@stored", settings: { scope, name: "campaign" } }],
  pipe: [["@store", scope, "campaign"], ["upper"]],
  ...(keys.default ? { default: keys.default } : {}),
});

const aPage = async (element, { storage = fakeStorage(), consent = {} } = {}) => {
  const world = fakeWorld({ storage });
  const container = aContainer({
    dataElements: { campaign: element },
    rules: [aRule({ xdm: [["campaign", { $: "data", name: "campaign" }]] })],
  });
  Object.assign(container.consent, consent);
  const made = await aSnippet(container, { world, modules: await loadModules() });
  /** What the data element is now. */
  const read = async (item = {}) => {
    const before = world.sent().length;
    made.push({ event: "e", ...item });
    await world.advance(60);
    for (const request of world.requests) await request.answer();
    return (world.sent()[before] || {}).campaign;
  };
  return { ...made, world, storage, read };
};

test("a value is kept for the next page of the visitor, and goes through the pipes there as well", async () => {
  const first = await aPage(stored("visitor"));
  assert.equal(await first.read({ c: "spring" }), "SPRING");

  const next = await aPage(stored("visitor"), { storage: first.storage });

  assert.equal(await next.read(), "SPRING");
});

test("a new value takes the place of the kept one", async () => {
  const page = await aPage(stored("page"));

  assert.equal(await page.read({ c: "a" }), "A");
  assert.equal(await page.read({ c: "b" }), "B");
  assert.equal(await page.read({ c: null }), "B");
});

test("a route's value is gone with the route, a page's is not", async () => {
  for (const [scope, expected] of [["route", undefined], ["page", "A"]]) {
    const page = await aPage(stored(scope));
    await page.read({ c: "a" });
    page.world.goTo("/next");

    assert.equal(await page.read({ c: null }), expected, scope);
  }
});

test("a session's value is gone after half an hour without anything", async () => {
  const page = await aPage(stored("session"));
  await page.read({ c: "a" });
  await page.world.advance(29 * MINUTE);
  assert.equal(await page.read({ c: null }), "A");

  await page.world.advance(31 * MINUTE);

  assert.equal(await page.read(), undefined);
});

test("a fallback comes before what is kept, a default after it", async () => {
  const fallback = [{ module: "dataLayer", settings: { path: "d" } }];
  const page = await aPage(stored("page", { fallback, default: "none" }));

  assert.equal(await page.read(), "none");
  await page.read({ c: "a" });
  assert.equal(await page.read({ c: null, d: "b" }), "B");
});

test("without consent, nothing is written down", async () => {
  const page = await aPage(stored("visitor"), { consent: { default: "pending" } });

  await page.read({ c: "a" });
  assert.deepEqual(Object.keys(page.storage), []);
  await page.call("setConsent", { collect: "granted" });

  assert.match(page.storage["heliograph.shop.kept.visitor"], /"value.campaign":"a"/);
});

test("a value that is too large is not kept", async () => {
  const page = await aPage(stored("page"));

  await page.read({ c: "x".repeat(3000) });

  assert.equal(await page.read({ c: null }), undefined);
});

test("a value of another type or pattern is none, and monitors are told", async () => {
  const world = fakeWorld();
  const told = [];
  const typed = (type, pattern) => ({ module: "dataLayer", settings: { path: "v" }, pipe: [["@type", "v", type, pattern]], default: "none" });
  const cases = [
    ["string", null, "a", true],
    ["string", null, 1, false],
    ["number", null, 1.5, true],
    ["integer", null, 1.5, false],
    ["integer", null, 2, true],
    ["boolean", null, "true", false],
    ["array", null, [1], true],
    ["object", null, [1], false],
    ["object", null, { a: 1 }, true],
    [null, "^[A-Z]{3}$", "EUR", true],
    ["string", "^[A-Z]{3}$", "euro", false],
  ];
  const dataElements = Object.fromEntries(cases.map(([type, pattern], index) => [`v${index}`, typed(type, pattern)]));
  const rules = cases.map((_, index) => aRule({ id: `r${index}`, event: `e${index}`, xdm: [["v", { $: "data", name: `v${index}` }]] }));
  const monitor = { onError: ({ rule, module, error }) => told.push([rule, module, error.message]) };
  const { push } = await aSnippet(aContainer({ dataElements, rules }), { world, modules: await loadModules(), monitor });

  cases.forEach(([, , v], index) => push({ v: null }, { event: `e${index}`, v }));
  await world.advance(60);

  assert.deepEqual(world.sent().map(({ v }) => v), cases.map(([, , v, fits]) => (fits ? v : "none")));
  assert.equal(told.length, cases.filter(([, , , fits]) => !fits).length);
  assert.deepEqual(told.at(-1), [null, "v", "v is not string ^[A-Z]{3}$"]);
});
