import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aRule, aSnippet, fakeWorld, loadModules } from "./fakes.js";

const modules = await loadModules();

/** What `template` comes to when `item` is pushed, and what was missing. */
const read = async (template, { item = {}, dataElements = {}, before = [], world = fakeWorld(), more = {} } = {}) => {
  const container = aContainer({ dataElements, rules: [aRule({ xdm: [["x", template]] })] });
  const missing = [];
  const monitor = { onRuleTriggered: (detail) => missing.push(...detail.missing) };
  const { push } = await aSnippet(container, { world, modules: { ...modules, ...more }, monitor });
  push(...before, { event: "e", ...item });
  await world.advance(60);
  const [xdm] = world.sent();
  return { value: xdm.x, missing };
};

const fact = (...path) => ({ $: "event", path });
const data = (name, keys = {}) => ({ $: "data", name, ...keys });
const layer = (path) => ({ module: "dataLayer", settings: { path } });

test("a token alone keeps the type of its value", async () => {
  assert.equal((await read(fact("n"), { item: { n: 3 } })).value, 3);
  assert.equal((await read(fact("n"), { item: { n: false } })).value, false);
  assert.deepEqual((await read(fact("n"), { item: { n: [1, { a: "b" }] } })).value, [1, { a: "b" }]);
});

test("a path goes through keys and indexes, and through nothing that is inherited", async () => {
  assert.equal((await read(fact("order", "items", 1, "sku"), { item: { order: { items: [{}, { sku: "B" }] } } })).value, "B");
  assert.equal((await read(fact("order", "constructor"), { item: { order: {} } })).value, undefined);
});

test("a text joins its parts; with a hole in it, it is no value", async () => {
  const text = { $: "text", parts: ["#", fact("id"), "/", fact("n")] };

  assert.equal((await read(text, { item: { id: "A", n: 2 } })).value, "#A/2");
  assert.deepEqual(await read(text, { item: { id: "A" } }), { value: undefined, missing: ["x"] });
});

test("a missing value is left out and noted, never the text undefined", async () => {
  assert.deepEqual(await read(fact("nope")), { value: undefined, missing: ["x"] });
});

test("pipes follow each other; one that cannot take its value ends in none", async () => {
  const shout = { ...fact("name"), pipe: [["trim"], ["upper"], ["max", 3]] };

  assert.equal((await read(shout, { item: { name: " lamp " } })).value, "LAM");
  assert.equal((await read(shout, { item: { name: { no: "text" } } })).value, undefined);
});

test("default steps in for a missing value, wherever it stands, and for nothing else", async () => {
  const withDefault = { ...fact("qty"), pipe: [["number"], ["default", 1]] };

  assert.equal((await read(withDefault)).value, 1);
  assert.equal((await read(withDefault, { item: { qty: "none" } })).value, 1);
  assert.equal((await read(withDefault, { item: { qty: "0" } })).value, 0);
});

test("what was before is old, what is now is the data layer's", async () => {
  const options = { before: [{ cart: { total: 5 } }], item: { cart: { total: 9 } }, dataElements: { total: layer("cart.total") } };

  assert.equal((await read({ $: "old", path: ["cart", "total"] }, options)).value, 5);
  assert.equal((await read(data("total"), options)).value, 9);
});

test("a data element falls back in order, then goes through its pipe, then to its default", async () => {
  const dataElements = {
    name: { ...layer("page.name"), fallback: [layer("page.title"), { module: "const", settings: { value: " spare " } }], pipe: [["trim"]] },
    currency: { ...layer("page.currency"), default: "EUR" },
  };

  assert.equal((await read(data("name"), { dataElements, item: { page: { name: "a", title: "b" } } })).value, "a");
  assert.equal((await read(data("name"), { dataElements, item: { page: { name: "", title: "b" } } })).value, "b");
  assert.equal((await read(data("name"), { dataElements })).value, "spare");
  assert.equal((await read(data("currency"), { dataElements })).value, "EUR");
});

test("a data element is computed once an event, however often it is read", async () => {
  let count = 0;
  const more = { "dataElements/counter": () => ++count };
  const dataElements = { n: { module: "counter", settings: {} } };

  const { value } = await read({ $: "text", parts: [data("n"), "-", data("n")] }, { dataElements, more });

  assert.equal(value, "1-1");
});

test("a data element that leads back to itself ends in no value", async () => {
  const echo = ({ value }) => value;
  const dataElements = {
    a: { module: "echo", settings: { value: data("b") } },
    b: { module: "echo", settings: { value: data("a") } },
  };

  assert.equal((await read(data("a"), { dataElements, more: { "dataElements/echo": echo } })).value, undefined);
});

test("a data element that throws is missing, told, and holds up nothing", async () => {
  const dataElements = { bad: { module: "bad", settings: {}, fallback: [{ module: "const", settings: { value: "spare" } }] } };
  const more = {
    "dataElements/bad": () => {
      throw new Error("broken");
    },
  };

  assert.equal((await read(data("bad"), { dataElements, more })).value, "spare");
});

test("settings of a data element may hold tokens", async () => {
  const dataElements = { of: { module: "dataLayer", settings: { path: { $: "text", parts: ["by.", fact("kind")] } } } };

  assert.equal((await read(data("of"), { dataElements, item: { kind: "b", by: { a: 1, b: 2 } } })).value, 2);
});
