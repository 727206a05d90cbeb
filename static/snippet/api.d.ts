/**
 * What a page can call, and what it can hear: shipped as `heliograph.d.ts`. Described in docs/reference/snippet.md.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What a visitor agreed to or refused, by the property's purposes. */
export type ConsentChoices = { [purpose: string]: "granted" | "denied" };

/** An XDM object: whatever JSON can hold. Dates become ISO texts; functions and elements are left out. */
export type Xdm = { [field: string]: unknown };

/**
 * Every call answers with a promise. It rejects for a call that does not exist or cannot be understood, and nobody has to look
 * at that: a rejection that nobody looks at is no error of the page.
 */
export interface Heliograph {
  /** Sends an event of the page's own, with context and what every event has; `xdm` lies over both. */
  (name: "track", eventType: string, options?: { xdm?: Xdm }): Promise<void>;
  (name: "track", options: { xdm: Xdm & { eventType: string } }): Promise<void>;
  /** Starts the rules that wait for this name. */
  (name: "call", rule: string, detail?: unknown): Promise<void>;
  (name: "setConsent" | "consent", choices: ConsentChoices): Promise<void>;
  /** Once consent allows one; rejects when it is refused. */
  (name: "getIdentity" | "identity"): Promise<{ ECID: string }>;
  /** The URL as it is where consent allows no identity. Only for properties that can make use of it. */
  (name: "appendIdentityToUrl", url: string): Promise<string>;
  /** For data elements of type `variable`. Only for properties that have any. */
  (name: "setVariable", variable: string, value: unknown, until?: "page" | "route"): Promise<void>;
  /** Hear what goes on from now on. */
  (name: "on", monitor: Monitor): Promise<void>;
  /** Print what goes on from now on, or no more. */
  (name: "debug", isOn?: boolean): Promise<void>;
}

/**
 * The hooks that monitors can have: all there are. A page pushes an object with some of them to `heliographMonitors`;
 * `?heliograph_debug` prints them all.
 */
export interface Monitor {
  onStarted?(detail: { property: string; environment: string; revision: string; version: string; rules: string[] }): void;
  /** A rule's event happened and nothing stood against it. `missing`: XDM paths without a value. */
  onRuleTriggered?(detail: { rule: string; event: string; facts: JsonObject; missing: string[]; checks: Check[] }): void;
  onRuleSkipped?(detail: { rule: string; event: string; verdict: Verdict; facts: JsonObject; checks: Check[] }): void;
  /** Finished, and waiting for consent. */
  onEventQueued?(detail: { rule: string | null; xdm: JsonObject; waitsFor: string[] }): void;
  /** `status` 0: handed to the browser, whose answer is not visible. */
  onEventSent?(detail: { rule: string | null; xdm: JsonObject; action: string; status: number }): void;
  /** `willRetry`: it is tried again, in this page or the next. */
  onEventFailed?(detail: { rule: string | null; xdm: JsonObject; reason: string; willRetry: boolean }): void;
  /** Something threw. `isSwitchedOff`: too often, so the rule does nothing more on this page. */
  onError?(detail: { rule: string | null; module: string; error: unknown; isSwitchedOff: boolean }): void;
}

/** Why a rule did nothing. */
export type Verdict = "consent" | "conditions" | "exceptions" | "sample" | "limit";

/** One comparison of a rule's conditions, in the order they were looked at. */
export interface Check {
  condition: object;
  seen: unknown;
  met: boolean;
}

/**
 * For pages that bundle the snippet: starts it with what a property was published to, `container.json` of
 * `heliograph property publish --out`. A second call does nothing, and a browser that cannot run it neither.
 */
export function start(container: object): Heliograph;

declare global {
  interface Window {
    heliograph: Heliograph;
    heliographMonitors?: Monitor[];
  }
  const heliograph: Heliograph;
}
