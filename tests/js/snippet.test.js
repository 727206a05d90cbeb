import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aRule, aSnippet, fakeWorld, loadModules } from "./fakes.js";

const modules = await loadModules();

/** A snippet with an action `note` that notes what it is told, and one that throws. */
const aSite = async (rules, options = {}) => {
  const noted = [];
  const told = [];
  const hooks = ["onStarted", "onRuleTriggered", "onRuleSkipped", "onError"];
  const monitor = Object.fromEntries(hooks.map((hook) => [hook, (detail) => told.push([hook, detail])]));
  const all = {
    ...modules,
    "actions/note": ({ text }, scope, { resolve }) => {
      const value = resolve(text, scope);
      return () => void noted.push(value);
    },
    "actions/slow": () => options.slow,
    "actions/throw": () => {
      throw new Error("broken action");
    },
    ...options.more,
  };
  const made = await aSnippet(aContainer({ rules, ...options.sections }), { modules: all, monitor, ...options });
  return { ...made, noted, told, hook: (name) => told.filter(([hook]) => hook === name).map(([, detail]) => detail) };
};

const note = (text) => ({ module: "note", settings: { text } });
const SLOW = { module: "slow", settings: {} };
const fact = (...path) => ({ $: "event", path });

test("rules run in the order of the container", async () => {
  const { push, noted } = await aSite(["a", "b", "c"].map((id) => aRule({ id, actions: [note(id)] })));

  push({ event: "e" });

  assert.deepEqual(noted, ["a", "b", "c"]);
});

test("values are those of the moment of the event, however late an action runs", async () => {
  let go;
  const slow = () => new Promise((resolve) => (go = resolve));
  const { push, noted, world } = await aSite([aRule({ actions: [SLOW, note({ $: "data", name: "n" })] })], {
    slow,
    sections: { dataElements: { n: { module: "dataLayer", settings: { path: "n" } } } },
  });

  push({ event: "e", n: 1 });
  push({ n: 2 }, { n: 3 });
  assert.deepEqual(noted, []);
  go();
  await world.settle();

  assert.deepEqual(noted, [1]);
});

test("a rule's slow step holds up no other rule", async () => {
  const rules = [aRule({ id: "slow", actions: [SLOW, note("never")] }), aRule({ id: "quick", actions: [note("quick")] })];
  const { push, noted } = await aSite(rules, { slow: () => new Promise(() => {}) });

  push({ event: "e" });
  push({ event: "e" });

  assert.deepEqual(noted, ["quick", "quick"]);
});

test("an action that throws stops neither the next action nor the next rule, and is counted as lost", async () => {
  const broken = aRule({ id: "broken", actions: [{ module: "throw", settings: {} }, note("same rule")] });
  const { push, noted, hook, world } = await aSite([broken, aRule({ id: "fine", actions: [note("other rule"), ...aRule().actions] })]);

  push({ event: "e" });
  await world.advance(60);

  assert.deepEqual(noted, ["same rule", "other rule"]);
  assert.deepEqual(hook("onError").map(({ rule, module, error }) => [rule, module, error.message]), [["broken", "throw", "broken action"]]);
  assert.deepEqual(world.bodies()[0].meta.lost, { rule_error: 1 });
});

test("a step that fails later is counted, too", async () => {
  const { push, hook, world } = await aSite([aRule({ actions: [SLOW] })], { slow: () => Promise.reject(new Error("later")) });

  push({ event: "e" });
  await world.settle();

  assert.equal(hook("onError")[0].error.message, "later");
});

test("after ten errors a rule is switched off for the page, and only that one", async () => {
  const broken = aRule({ id: "broken", actions: [{ module: "throw", settings: {} }] });
  const { push, noted, hook } = await aSite([broken, aRule({ id: "fine", actions: [note("x")] })]);

  for (let n = 0; n < 15; n++) push({ event: "e" });

  assert.equal(hook("onError").length, 10);
  assert.deepEqual(hook("onError").map(({ isSwitchedOff }) => isSwitchedOff), [...Array(9).fill(false), true]);
  assert.equal(noted.length, 15);
});

test("an event module that throws at the start bothers no other rule", async () => {
  const more = {
    "events/bad": () => {
      throw new Error("bad event");
    },
  };
  const bad = aRule({ id: "bad", events: [{ module: "bad", settings: {} }] });
  const { push, noted, hook } = await aSite([bad, aRule({ id: "fine", actions: [note("x")] })], { more });

  push({ event: "e" });

  assert.deepEqual(noted, ["x"]);
  assert.deepEqual(hook("onError").map(({ rule, module }) => [rule, module]), [["bad", "bad"]]);
});

test("a rule with several events runs for each of them", async () => {
  const events = ["e", "f"].map((event) => ({ module: "data-layer", settings: { event } }));
  const { push, noted } = await aSite([aRule({ events, actions: [note(fact("n"))] })]);

  push({ event: "e", n: 1 }, { event: "g", n: 2 }, { event: "f", n: 3 });

  assert.deepEqual(noted, [1, 3]);
});

test("monitors hear why a rule did nothing, with the values that were seen", async () => {
  const rule = aRule({ conditions: { all: [{ value: fact("total"), op: "gt", than: 10 }] } });
  const { push, hook } = await aSite([rule]);

  push({ event: "e", total: 3 });

  const [{ verdict, checks, facts }] = hook("onRuleSkipped");
  assert.equal(verdict, "conditions");
  assert.deepEqual(checks.map(({ seen, met }) => [seen, met]), [[3, false]]);
  assert.equal(facts.total, 3);
});

test("an exception keeps a rule from running although its conditions are met", async () => {
  const rule = aRule({ conditions: { value: fact("a"), is: "present" }, exceptions: { value: fact("b"), is: "true" }, actions: [note("x")] });
  const { push, noted, hook } = await aSite([rule]);

  push({ event: "e", a: 1, b: true }, { event: "e", a: 1, b: false });

  assert.deepEqual(noted, ["x"]);
  assert.deepEqual(hook("onRuleSkipped").map(({ verdict }) => verdict), ["exceptions"]);
});

test("a monitor that throws bothers nobody, and one that comes later hears the rest", async () => {
  const { push, noted, world } = await aSite([aRule({ actions: [note("x")] })]);
  const late = [];
  world.platform.root.heliographMonitors.unshift({
    onRuleTriggered: () => {
      throw new Error("bad monitor");
    },
  });
  world.platform.root.heliographMonitors.push({ onRuleTriggered: ({ rule }) => late.push(rule) });

  push({ event: "e" });

  assert.deepEqual([noted, late], [["x"], ["a-rule"]]);
});

test("the start is told with what a reader needs to know", async () => {
  const { hook } = await aSite([aRule()]);

  assert.deepEqual(hook("onStarted"), [{ property: "shop", environment: "production", revision: "r1", version: "0", rules: ["a-rule"] }]);
});

test("track sends the page's own event with context, over what every event has", async () => {
  const { call, world } = await aSite([], { sections: { base: [{ path: ["web", "webPageDetails", "name"], value: "home" }] } });

  await call("track", "shop.own", { xdm: { web: { webPageDetails: { name: "mine" } }, _shop: { n: 1 } } });
  await call("track", { xdm: { eventType: "shop.other" } });
  await world.advance(60);

  const [own, other] = world.sent();
  assert.deepEqual([own.eventType, own.web.webPageDetails.name, own._shop], ["shop.own", "mine", { n: 1 }]);
  assert.equal(own.web.webPageDetails.URL, "https://www.shop.example/");
  assert.equal(other.eventType, "shop.other");
  assert.equal(other.web.webPageDetails.name, "home");
});

test("what the page changes after track changes nothing", async () => {
  const { call, world } = await aSite([]);
  const xdm = { _shop: { n: 1 } };

  call("track", "t", { xdm });
  xdm._shop.n = 2;
  await world.advance(60);

  assert.equal(world.sent()[0]._shop.n, 1);
});

test("a call reaches the rules that wait for it, with a copy of its detail, also from before the snippet came", async () => {
  const rule = aRule({ events: [{ module: "direct-call", settings: { name: "quiz" } }], actions: [note(fact("detail", "score"))] });
  const { call, noted } = await aSite([rule], { calls: [["call", "quiz", { score: 1 }]] });

  await call("call", "quiz", { score: 2, f: () => {} });
  await call("call", "other", { score: 3 });

  assert.deepEqual(noted, [1, 2]);
});

test("a command that does not exist is refused with those that do", async () => {
  const { call } = await aSite([]);

  await assert.rejects(call("constructor"), /use debug,on,.*track,call,setConsent,getIdentity/);
  await assert.rejects(call("track", "t", { xdm: "text" }), /xdm/);
});

test("events say which rule of which revision made them", async () => {
  const { push, world } = await aSite([aRule()]);

  push({ event: "e" });
  await world.advance(60);

  const [body] = world.bodies();
  assert.deepEqual([body.events[0].meta, body.meta.revision], [{ rule: "a-rule" }, "r1"]);
});

test("what a page added to Object.prototype is no setting, and makes no token of a text", async () => {
  Object.prototype.$ = "data";
  Object.prototype.conditions = { value: "x", is: "absent" };
  Object.prototype.limit = { times: 0, per: "page" };
  try {
    const { push, noted } = await aSite([aRule({ actions: [note("x")] })]);
    push({ event: "e" });

    assert.deepEqual(noted, ["x"]);
  } finally {
    delete Object.prototype.$;
    delete Object.prototype.conditions;
    delete Object.prototype.limit;
  }
});

test("URL parameters that are not kept are in no event", async () => {
  const world = fakeWorld({ url: "https://www.shop.example/a?utm_source=n&email=a@b.c#access_token=s" });
  const { call } = await aSite([], { world, sections: { privacy: { neverRead: [], keepUrlParams: ["utm_*"] } } });

  await call("track", "t");
  await world.advance(60);

  assert.equal(world.sent()[0].web.webPageDetails.URL, "https://www.shop.example/a?utm_source=n");
});

test("rules that start themselves are stopped, and the page goes on", async () => {
  const events = [{ module: "direct-call", settings: { name: "again" } }];
  const again = aRule({ id: "again", events, actions: [{ module: "call", settings: { name: "again" } }] });
  const loop = aRule({ id: "loop", event: "loop", actions: [{ module: "push-data-layer", settings: { event: "loop" } }] });
  const { call, push, hook, noted, world } = await aSite([again, loop, aRule({ actions: [note("x")] })]);

  await call("call", "again");
  await world.advance(10);
  push({ event: "loop" });
  await world.advance(10);
  push({ event: "e" });

  assert.deepEqual(hook("onError").map(({ rule, error }) => [rule, error.message]), [
    ["again", "rules start each other in a circle"],
    ["loop", "rules start each other in a circle"],
  ]);
  assert.deepEqual(noted, ["x"]);
});

test("a page can hear what goes on, and have it printed", async () => {
  const printed = [];
  const world = fakeWorld({ globals: { heliographMonitors: undefined, console: { info: (...said) => printed.push(said) } } });
  const { call, push } = await aSnippet(aContainer({ rules: [aRule()] }), { world, modules });
  const heard = [];

  await call("on", { onRuleTriggered: ({ rule }) => heard.push(rule) });
  push({ event: "e" });
  await call("debug");
  push({ event: "e" });
  await call("debug", false);
  push({ event: "e" });

  assert.deepEqual(heard, ["a-rule", "a-rule", "a-rule"]);
  assert.deepEqual(printed.map(([name, hook]) => [name, hook]), [["heliograph", "onRuleTriggered"]]);
});

test("what was to be heard is heard from the beginning, whatever the order of the calls", async () => {
  const heard = [];
  const calls = [["call", "quiz"], ["on", { onStarted: () => heard.push("started"), onRuleTriggered: () => heard.push("rule") }]];

  await aSite([aRule({ events: [{ module: "direct-call", settings: { name: "quiz" } }] })], { calls });

  assert.deepEqual(heard, ["rule", "started"]);
});

test("the page can set a variable that rules read, for the page or for the route", async () => {
  const data = (name) => ({ module: "variable", settings: { name } });
  const rule = aRule({ actions: [note({ $: "text", parts: [{ $: "data", name: "a", pipe: [["default", "-"]] }, { $: "data", name: "b", pipe: [["default", "-"]] }] })] });
  const { call, push, noted, world } = await aSite([rule], { sections: { dataElements: { a: data("a"), b: data("b") } } });

  await call("setVariable", "a", "1");
  await call("setVariable", "b", "2", "route");
  push({ event: "e" });
  world.goTo("/next");
  push({ event: "e" });

  assert.deepEqual(noted, ["12", "1-"]);
});

test("calls have a new name and the one of before", async () => {
  const { call } = await aSite([]);

  assert.deepEqual(await call("getIdentity"), await call("identity"));
  await assert.rejects(call("setConsent", { nothing: "granted" }), /granted or denied: collect/);
});
