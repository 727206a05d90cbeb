import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aRule, aSnippet, fakeWorld, loadModules } from "./fakes.js";

/** A dialogue that speaks the framework; `say` is what it says to whoever listens. */
const aDialogue = () => {
  const heard = [];
  return {
    api: (command, version, listener) => heard.push([command, version, listener]),
    heard,
    say: (said, isFine = true) => heard.forEach(([, , listener]) => listener(said, isFine)),
  };
};

const aSite = async (globals) => {
  const world = fakeWorld({ globals });
  const rules = [aRule({ settings: { eventType: "c" } }), aRule({ id: "p", event: "p", consent: ["collect", "personalize"], settings: { eventType: "p" } })];
  const container = aContainer({ rules });
  Object.assign(container.consent, { default: "pending", tcf: { collect: [1, 7], personalize: [3] } });
  const made = await aSnippet(container, { world, modules: await loadModules() });
  const types = async () => {
    await world.advance(60);
    return world.sent().map(({ eventType }) => eventType);
  };
  return { ...made, world, types };
};

const answer = (...granted) => ({ eventStatus: "useractioncomplete", gdprApplies: true, purpose: { consents: Object.fromEntries(granted.map((id) => [id, true])) } });

test("what waited goes when the visitor agrees to all that a purpose is made of", async () => {
  const dialogue = aDialogue();
  const { push, types } = await aSite({ __tcfapi: dialogue.api });
  push({ event: "e" }, { event: "p" });
  assert.deepEqual(dialogue.heard.map(([command, version]) => [command, version]), [["addEventListener", 2]]);

  dialogue.say({ eventStatus: "cmpuishown", gdprApplies: true, purpose: { consents: {} } });
  assert.deepEqual(await types(), []);
  dialogue.say(answer(1, 7));

  assert.deepEqual(await types(), ["c"]);
});

test("a part of them is a refusal", async () => {
  const dialogue = aDialogue();
  const { push, types, world } = await aSite({ __tcfapi: dialogue.api });
  push({ event: "e" });

  dialogue.say(answer(1, 3));

  assert.deepEqual(await types(), []);
  assert.match(world.document.cookie, /general=out/);
});

test("where the GDPR does not apply, all is granted", async () => {
  const dialogue = aDialogue();
  const { push, types } = await aSite({ __tcfapi: dialogue.api });
  push({ event: "p" });

  dialogue.say({ eventStatus: "tcloaded", gdprApplies: false });

  assert.deepEqual(await types(), ["p"]);
});

test("an answer that failed is none", async () => {
  const dialogue = aDialogue();
  const { push, types } = await aSite({ __tcfapi: dialogue.api });
  push({ event: "e" });

  dialogue.say(answer(1, 7), false);

  assert.deepEqual(await types(), []);
});

test("a dialogue that comes later is found", async () => {
  const dialogue = aDialogue();
  const { push, types, world } = await aSite({});
  push({ event: "e" });
  await world.advance(5000);
  world.platform.root.__tcfapi = dialogue.api;
  await world.advance(1000);

  dialogue.say(answer(1, 7));

  assert.deepEqual(await types(), ["c"]);
});
