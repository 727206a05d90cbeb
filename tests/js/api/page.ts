// What a typed page may say to the snippet, and what it may not: checked by tsc, never run.
import { type Heliograph, type Monitor, start } from "heliograph";

const api: Heliograph = start({ format: 1 });

export const done: Promise<void>[] = [
  api("track", "shop.own"),
  api("track", "shop.own", { xdm: { _shop: { n: 1, at: new Date() } } }),
  api("track", { xdm: { eventType: "shop.own" } }),
  api("call", "quiz", { score: 1 }),
  api("setConsent", { collect: "granted", personalize: "denied" }),
  api("setVariable", "step", 2, "route"),
  api("debug"),
  api("debug", false),
  api("on", { onEventSent: ({ xdm, status }) => console.info(xdm["_id"], status + 1) }),
];
export const ecid: Promise<string> = window.heliograph("getIdentity").then(({ ECID }) => ECID);
export const url: Promise<string> = heliograph("appendIdentityToUrl", "https://other.example/");
window.heliographMonitors = [{ onRuleSkipped: ({ verdict }) => verdict === "sample" }] satisfies Monitor[];

// @ts-expect-error there is no such call
api("tarck", "shop.own");
// @ts-expect-error a choice is granted or denied
api("setConsent", { collect: "yes" });
// @ts-expect-error an event needs a type
api("track", { xdm: {} });
// @ts-expect-error there is no such hook
api("on", { onEvent: () => {} });
// @ts-expect-error a URL is a text
api("appendIdentityToUrl", new URL("https://other.example/"));
