import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aRule, aSnippet, fakeWorld, loadModules } from "./fakes.js";

const modules = await loadModules();
const STATE = { $: "data", name: "state" };

/** A snippet that tells of each event `e` what it was and what the state was then. */
const follow = async ({ layer, dataLayer, rule = {} } = {}) => {
  const name = (dataLayer && dataLayer.name) || "adobeDataLayer";
  const world = fakeWorld({ globals: layer ? { [name]: layer } : {} });
  const heard = [];
  const all = {
    ...modules,
    "dataElements/whole": (_settings, { state }) => structuredClone(JSON.parse(JSON.stringify(state))),
    "actions/tell": (_settings, scope, { resolve }) => {
      heard.push({ facts: JSON.parse(JSON.stringify(scope.facts)), state: resolve(STATE, scope) });
    },
  };
  const container = aContainer({
    ...(dataLayer ? { dataLayer } : {}),
    dataElements: { state: { module: "whole", settings: {} } },
    rules: [{ ...aRule(), actions: [{ module: "tell", settings: {} }], ...rule }],
  });
  const { snippet } = await aSnippet(container, { world, modules: all });
  const array = world.platform.root[name];
  return { world, array, heard, snippet, states: () => heard.map(({ state }) => state) };
};

test("entries of the past are made up for, each with the state of its time", async () => {
  const { states } = await follow({ layer: [{ page: "a", event: "e" }, { page: "b" }, { event: "e" }] });

  assert.deepEqual(states(), [{ page: "a" }, { page: "b" }]);
});

test("objects merge deeply, lists are replaced, null and undefined remove", async () => {
  const { array, states } = await follow();

  array.push({ cart: { items: [1, 2, 3], total: 3 }, user: "u" }, { cart: { items: [4] }, user: undefined }, { cart: { total: null } }, { event: "e" });

  assert.deepEqual(states(), [{ cart: { items: [4] } }]);
});

test("eventInfo is a fact of the event and no part of the state", async () => {
  const { array, heard } = await follow();

  array.push({ event: "e", eventInfo: { id: 1 } });

  assert.deepEqual(heard, [{ facts: { eventInfo: { id: 1 } }, state: {} }]);
});

test("what the page changes afterwards changes no event", async () => {
  const { array, heard } = await follow();
  const order = { id: "A" };

  array.push({ event: "e", order });
  order.id = "B";

  assert.equal(heard[0].facts.order.id, "A");
  assert.equal(heard[0].state.order.id, "A");
});

test("functions, listeners and argument lists are left to those they are for", async () => {
  const { array, states } = await follow();
  (function () {
    array.push(arguments);
  })("set", "x", "y");

  array.push(() => {}, { on: "e", handler: () => {} }, null, "text", 7, { event: "e" });

  assert.deepEqual(states(), [{}]);
});

test("push answers as before, and throws what the page's own push throws", async () => {
  const layer = [];
  layer.push = () => 42;
  const { array, heard } = await follow({ layer });

  assert.equal(array.push({ event: "e" }), 42);
  array.push = () => {
    throw new Error("theirs");
  };

  assert.throws(() => array.push({ event: "e" }), /theirs/);
  assert.equal(heard.length, 2);
});

test("a library that takes push over and pushes everything again is followed once", async () => {
  const { array, heard } = await follow();
  const item = { event: "e" };
  array.push(item);
  const before = array.push;
  array.push = function (...items) {
    // As Adobe's does: take everything out, push it again through the old one.
    return Reflect.apply(before, this, items);
  };

  array.push({ event: "e" });
  array.splice(0, array.length);
  array.push(item);

  assert.equal(heard.length, 2);
});

test("the same object pushed twice by the page counts twice", async () => {
  const { array, heard } = await follow();
  const item = { event: "e" };

  array.push(item);
  array.push(item);

  assert.equal(heard.length, 2);
});

test("a route change clears what the property names, and nothing else", async () => {
  const { world, array, states } = await follow();
  array.push({ product: { sku: "A" }, user: "u" });

  world.goTo("/next");
  array.push({ event: "e" });

  assert.deepEqual(states(), [{ user: "u" }]);
});

test("events of the past can be left out", async () => {
  const rule = { events: [{ module: "data-layer", settings: { event: "e", replay: "none" } }] };
  const { array, heard } = await follow({ layer: [{ event: "e" }], rule });

  array.push({ event: "e" });

  assert.equal(heard.length, 1);
});

test("Google's layer is followed under its name, gtag's calls apart", async () => {
  const dataLayer = { type: "gtm", name: "dataLayer", resetOnRoute: [] };
  const { array, states } = await follow({ dataLayer, layer: [{ event: "gtm.js" }] });

  array.push({ ecommerce: { value: 3 }, event: "e" });

  assert.deepEqual(states(), [{ ecommerce: { value: 3 } }]);
});

test("a layer that is no array is replaced by one; what cannot be copied is left out", async () => {
  const { array, states } = await follow({ layer: { not: "an array" } });
  const around = { event: "e", f: () => {}, big: 10n, when: new Date(0) };
  around.self = around;

  array.push(around);

  assert.deepEqual(states(), [{ when: "1970-01-01T00:00:00.000Z" }]);
});

test("stopping gives push back", async () => {
  const { array, heard, snippet } = await follow();

  snippet.stop();
  array.push({ event: "e" });

  assert.equal(array.push, Array.prototype.push);
  assert.equal(heard.length, 0);
});
