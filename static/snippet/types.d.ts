/**
 * Types that many files share: first the container, then what lives at run time. The container half mirrors server/model/container.py: the server compiles a property into it
 * (names checked, tokens parsed, mappings split into paths), so that the page only interprets.
 */

import type { Check, Heliograph, Json, JsonObject, Monitor, Verdict } from "./api.js";
export type { Check, Heliograph, Json, JsonObject, Monitor, Verdict };

/* ---------------------------------------------------------------- the container: what a published build delivers */

export interface Container {
  /** Version of this format. A runtime refuses any other. */
  format: 1;
  property: { id: string };
  /** `development`, `staging` or `production`. */
  environment: string;
  /** Content hash of the property's revision: which rules sent an event. */
  revision: string;
  orgId: string;
  datastream: string;
  /** Origin that beacons go to; usually the origin that served the build. */
  edge?: string;
  /** First path segment(s) of the edge protocol, without slashes at the ends; usually `ee`. */
  basePath: string;
  consent: {
    default: Consent;
    purposes: string[];
    /** Finished payloads that wait while consent is pending: how many, and for how long; where any do. */
    queueEvents?: number;
    queueSeconds?: number;
    /** Purposes that Global Privacy Control, and Do Not Track, deny until the visitor says otherwise. */
    gpc?: string[];
    dnt?: string[];
    /** Purposes of the IAB's framework that must all be granted, by the property's. */
    tcf?: { [purpose: string]: number[] };
  };
  privacy: {
    /** CSS selectors of elements whose text and value are never read. */
    neverRead: string[];
    /** Names of URL parameters that are kept (`utm_*` means any with that prefix); null: all are. */
    keepUrlParams: string[] | null;
    /** CSS selectors of elements whose text and value are only read masked. */
    mask?: string[];
    /** Nothing is kept in the browser. */
    cookieless?: boolean;
  };
  dataLayer: { type: "acdl" | "gtm"; name: string; resetOnRoute: string[] };
  /** Which automatic context every event gets; absent: `web`, `device`, `environment` and `placeContext`. */
  context?: ContextName[];
  /** Mapped into every event before the action's own mapping. */
  base: MappingEntry[];
  /** The property's own hosts, `*.shop.example` for any below: links between them take the identity along. */
  domains?: string[];
  /** Reviewed custom code that rules run, by name. `hash` names its file; `ms`: how long it may take. */
  customCode?: { [name: string]: CustomModule };
  dataElements: { [name: string]: DataElement };
  rules: Rule[];
}

export interface CustomModule {
  hash: string;
  ms: number;
  seesElement?: boolean;
}

export type ContextName = "web" | "device" | "environment" | "placeContext" | "highEntropyUserAgentHints";

export type Consent = "granted" | "pending" | "denied";

export interface DataElement {
  /** Type of the module, such as `dataLayer`. */
  module: string;
  settings: JsonObject;
  /** Tried in order while the value is missing (undefined, null or the empty string). */
  fallback?: { module: string; settings: JsonObject }[];
  pipe?: Pipe[];
  default?: Json;
}

export interface Rule {
  id: string;
  events: Delegate[];
  conditions?: Condition;
  exceptions?: Condition;
  /** Purposes that must all be granted. */
  consent: string[];
  limit?: Limit;
  /** At most `times` within `ms`, in the scope, for each value of `key`. */
  cap?: Limit & { ms: number };
  /** It runs for this share of its events: of each by itself, or of each route, session or visitor. */
  sample?: { rate: number; sticky?: Scoped };
  /** Its events wait for each other so long, and until there are so many. */
  batch?: { ms: number; events: number };
  actions: Delegate[];
}

export type Scoped = "page" | "route" | "session" | "visitor";

/** A rule component: data that names a module and its settings. Settings may hold templates where the module says so. */
export interface Delegate {
  module: string;
  settings: { [key: string]: any };
}

/** At most `times` in the scope, for each value of `key`. */
export interface Limit {
  times: number;
  per: Scoped;
  key?: Template;
}

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { none: Condition[] }
  | { value: Template; is: "present" | "absent" | "true" | "false" }
  | { value: Template; op: Operator; than: Json; ignoreCase?: boolean };

export type Operator =
  "eq" | "ne" | "contains" | "startsWith" | "endsWith" | "matches" | "in" | "lt" | "lte" | "gt" | "gte";

/** Function name and its arguments, such as `["max", 100]`. */
export type Pipe = [string, ...Json[]];

/**
 * A value with tokens in it, parsed when the property was published. Anything that is no object with `$` is itself.
 * A path is applied to the root's value: strings are keys, numbers are indexes.
 */
export type Template = Json | Token | { $: "text"; parts: Template[] };

export type Token =
  | { $: "data"; name: string; path?: Path; pipe?: Pipe[] }
  | { $: "event" | "item" | "old"; path?: Path; pipe?: Pipe[] }
  /** The matched element (`%this…%`); with `up`, its nearest ancestor or self that matches; with `down`, the first match below that. */
  | { $: "this"; up?: string; down?: string; attr?: string; path?: Path; pipe?: Pipe[] };

export type Path = (string | number)[];

/** One line of an XDM mapping. */
export type MappingEntry =
  | { path: string[]; value: Template; consent?: string }
  /** A list with one entry. */
  | { path: string[]; one: MappingEntry[]; consent?: string }
  /** A list with an entry for each item of `each`; inside, `%item…%` is the item. */
  | { path: string[]; each: Template; as: MappingEntry[]; consent?: string };

/* ---------------------------------------------------------------- at run time: rules */

/** What an event module tells the engine when its event happened. */
export interface Occurrence {
  /** Facts of the event: what `%event.x%` reads. Plain JSON, taken at once. */
  facts: JsonObject;
  /** The matched element: what `%this%` reads. */
  element?: Element | undefined;
  /** What was before: what `%old.x%` reads. */
  old?: JsonObject | undefined;
  /** The page is about to go away: the beacon must survive it. */
  unloading?: boolean | undefined;
}

export type Trigger = (occurrence: Occurrence) => void;

/** Everything a template can read while one rule handles one occurrence. */
export interface Scope {
  /** Id of the rule; null for a command of the page. */
  rule: string | null;
  /** Purposes that must all be granted for what is sent. */
  consent: string[];
  facts: JsonObject;
  element: Element | undefined;
  old: JsonObject | undefined;
  /** Inside `each`: the entry of the list. */
  item?: unknown;
  unloading: boolean;
  /** Data elements that were computed already: each at most once an occurrence. */
  values: Map<string, unknown>;
  /** XDM paths that were left out because their value was missing. */
  missing: string[];
}

export type EventModule = (settings: any, trigger: Trigger, tools: Tools) => void;
export type DataElementModule = (settings: any, tools: Tools) => unknown;
/** Resolves what it needs at once, and answers with what is left to do: that runs in the rule's queue. */
export type ActionModule = (settings: any, scope: Scope, tools: Tools) => (() => unknown) | void;
/** Takes the value, which is not missing, and the pipe's arguments. One that cannot take what it gets may throw: then there is no value. */
export type PipeModule = (value: any, args: any[], tools: Tools) => unknown;
/** A part of the engine that not every property needs: it is in a build when something there needs it. */
export type Part = (core: Core) => Partial<Tools> | void;

/** The modules of a build, by `events/click` and the like. */
export type Modules = { [name: string]: any };

/**
 * What modules get instead of imports: `platform` and more. What `on`, `delay`, `observe`, `watch` and `embeds` call is counted against the
 * rule when it throws.
 */
export interface Tools extends Platform {
  /**
   * Hear of something: `@begin` (consent is known, the data layer is next), `@immediately`, `@dom-ready`, `@window-loaded`,
   * `@consent` (it may have changed), `@leave` (the route is about to change; the URL is still the old one), `@route`, `@hide`, `@data`, `@call`, or any DOM event,
   * captured: once for the whole page.
   */
  on(type: string, listener: (detail: any) => void): void;
  page: Page;
  elements: Elements;
  /** The first of `target`'s alternatives that an element on the event's path matches, and that element. No target: any. */
  match(event: Event, target: Target | undefined, exact: boolean): { element: Element; index: number } | undefined;
  cookie(name: string): string | undefined;
  consent(purpose: string): Consent;
  at(value: unknown, path: string | Path): unknown;
  cleanText(text: string | undefined): string;
  /** The text of a text, a number, true or false; undefined for anything else. */
  textOf(value: any): any;
  /** A copy that nothing can change later, of what JSON can hold. */
  plain(value: unknown): any;
  parseUrl(text: string): URL | undefined;
  resolve(template: Template | undefined, scope: Scope): unknown;
  /** Start an XDM event: its id, time and context are those of now. */
  draft(eventType: string | undefined, entries: MappingEntry[], scope: Scope): Draft;
  /** Send it as far as consent allows, when consent allows. */
  send(draft: Draft): void;
  /** What the visitor agreed to or refused. */
  say(choices: { [purpose: string]: "granted" | "denied" }): void;
  /** Start the rules that wait for this name. */
  call(name: unknown, detail: unknown): void;

  /* What parts give. Modules that use these have them in their `needs`. */

  /** The data layer's merged state. */
  state: JsonObject;
  /** What rules keep for each other. */
  variables: { get(name: string): unknown; set(name: string, value: unknown, isOfRoute: boolean): void };
  /** What a build knows of itself. */
  about: { [name: string]: string };
  toNumber(value: unknown, decimal?: string): number;
  /** Hear of each element that the selector finds, now or later, once. `pierces`: also in open shadow roots. */
  watch(selector: string, found: (element: Element) => void, pierces?: boolean): void;
  /** The visitor's session: whether it began on this page, and the how-manieth it is. */
  visit(): { isNew: boolean; sessions: number };
  /** Hear of frames with a player, once `library` finds in the window what they need. */
  embeds(selector: string, library: (root: any) => any, found: (frame: Element, library: any) => void): void;
  /** Runs custom code: a promise of what it answers. */
  runModule(name: string, inputs: unknown, element: Element | undefined): Promise<unknown>;
  /** Throws when rules start rules without end. */
  burst(): void;
  pushToLayer(item: unknown): void;
  visits(): Record<string, any>;
  /** Values that are kept as long as their scope. */
  kept: { get(scope: Scoped, key: string): any; set(scope: Scoped, key: string, value: unknown): void };
  /** The URL with the visitor's identity in it, as far as consent allows one. */
  withIdentity(url: string): string;
  lastLink(): Record<string, string | undefined>;
  /** The link that an event happened in. `leaves`: the browser goes on to leave this page in this tab, if it may. */
  link(event: Event): { element: Element; url: URL; leaves: boolean } | undefined;

  /* What parts give to properties that can make use of it. */

  hasRole?(element: Element, wanted: { role: string; name?: string }): boolean;
  compare?(op: Operator, value: any, than: Json, ignoreCase?: boolean): boolean;
  /** Whether there is room to wait for consent; otherwise, what waited in vain was dropped. */
  wait?(consent: string[], pass: () => void, drop: () => void): boolean;
  filterUrl?(url: string, keep: string[]): string;
  /** Lays what the browser tells on request only under an event. */
  hints?(xdm: JsonObject): JsonObject;
  /** Something happened: the session goes on, or a new one begins. */
  touch?(): void;
}

export type Target = string | { anyOf: (string | { role: string; name?: string })[] };

/** The route that the page shows. URLs are cut as the property's privacy settings say. */
export interface Page {
  url(): string;
  path(): string;
  title(): string;
  referrer(): string;
  /** URL of the route before this one; undefined on the first. */
  previous(): string | undefined;
  /** Whole, as the browser has it: for comparing, never for sending. */
  location(): URL;
}

/** Reads elements, and never those that must not be read. */
export interface Elements {
  text(element: Element): string | undefined;
  value(element: Element): string | undefined;
  attribute(element: Element, name: string): string | null | undefined;
  /** A property with a plain value, such as `href`; those that are text or value are read as such. */
  property(element: Element, path: Path): unknown;
  /** Nearest ancestor or self that matches, through open shadow roots. */
  up(element: Element, selector: string): Element | undefined;
}

/* ---------------------------------------------------------------- at run time: events on their way */

/** What a mapping line came to: a value, and the purposes that must be granted for this line alone. */
export interface Assignment {
  path: Path;
  value: unknown;
  consent: string[];
}

/** An XDM event whose values are all taken, before consent has the last word on its lines. */
export interface Draft {
  /** Id, time, type and context. */
  head: JsonObject;
  assignments: Assignment[];
  /** The caller's own XDM, over everything else. */
  over?: JsonObject | undefined;
  consent: string[];
  rule: string | null;
  unloading: boolean;
}

/** One XDM event, ready to be sent. `at`: when it was made, by this clock. */
export interface Beacon {
  xdm: JsonObject;
  consent: string[];
  rule: string | null;
  at: number;
}

/** Why events were given up; counted and reported in `meta.lost`. */
export type LossReason =
  /** More than the property allows waited for consent, or longer. */
  | "consent_overflow"
  | "consent_timeout"
  /** More than can be kept waited for a server that does not answer, or longer. */
  | "queue_overflow"
  | "queue_timeout"
  /** The server said that it will never take it. */
  | "refused"
  /** A rule threw, or had too much waiting, so that nothing was sent. */
  | "rule_error"
  | "rule_overflow";

export type Losses = { [reason: string]: number };

/** One HTTP request's content. */
export interface Parcel {
  action: "interact" | "collect";
  beacons: Beacon[];
  lost: Losses | undefined;
}
export interface EdgeRequest extends Parcel {
  url: string;
  body: string;
  /** Storage has its beacons too, until the server has them. */
  isKept?: boolean;
}

/** What the server said. `status` 0: nothing. */
export interface Answer {
  status: number;
  retryAfter?: string | null | undefined;
  text: string;
}

/* ---------------------------------------------------------------- at run time: what the snippet is put together from */

/** The parts, as index.js makes them one after the other. What makes a part says which others it needs. */
export interface Core {
  container: Container;
  modules: Modules;
  platform: Platform;
  version: string;
  /** What else can stand against a rule, asked last and in this order; parts add to it. */
  gates: ((rule: Rule, resolve: (template: Template | undefined) => unknown) => Verdict | undefined | void)[];
  /** What the page can call, by name; parts add to it. */
  commands: Record<string, (...args: any[]) => unknown>;
  /** Origin that beacons go to. */
  edge: string;
  notify: Notify;
  cookies: Cookies;
  consent: { state(purpose: string): Consent; say(choices: { [purpose: string]: Consent }): void };
  isGranted(purpose: string): boolean;
  isDenied(purpose: string): boolean;
  /** Whether the visitor agreed to anything being sent at all. */
  isAllowed(): boolean;
  storage: Store;
  losses: { lose(reason: LossReason, count?: number): void; take(): Losses | undefined; back(losses: Losses | undefined): void };
  /** Calls `pass` or `drop`, once: now, or when consent is known. Answers with the purposes that are waited for. */
  enter(consent: string[], pass: () => void, drop?: () => void): string[];
  identity: {
    ecid(): string | undefined;
    isKept(): boolean;
    isDue(): boolean;
    renewed(): void;
    forget(): void;
  };
  queue: { keep(beacons: Beacon[]): void; take(): Beacon[]; drop(isRefused: (beacon: Beacon) => boolean): void };
  outbox: {
    add(beacon: Beacon, isLast: boolean): void;
    flush(isLeaving: boolean): void;
    resume(): void;
    drop(isRefused: (beacon: Beacon) => boolean): void;
  };
  encode(parcel: Parcel): { url: string; body: string };
  on(type: string, listener: (detail: any) => void): void;
  emit(type: string, detail?: any): void;
  page: Page;
  elements: Elements;
  tools: Tools;
  /** Counts against the rule: one that throws again and again is switched off. */
  fail(rule: string | null, module: string, error: unknown): void;
}

/** The page's cookies, set for the topmost domain that takes them; values are decoded. */
export interface Cookies {
  all(): [name: string, value: string][];
  read(name: string): string | undefined;
  /** No age: until the browser is closed. `sameSite`: absent, Lax. */
  write(name: string, value: string, maxAgeSeconds?: number, sameSite?: string): void;
  domain(): string;
  /** Beginning of the names of the organisation's cookies. */
  prefix: string;
}

/** JSON values by key, for this property: in localStorage as far as consent and browser allow, else for the page. */
export interface Store {
  get(key: string): any;
  set(key: string, value: any): void;
  /** Consent was given: what was kept for the page goes to localStorage, objects merged. */
  persist(): void;
  /** Consent was withdrawn: nothing stays. */
  clear(): void;
}

/* ---------------------------------------------------------------- at run time: the world */

export type Notify = <Hook extends keyof Monitor>(hook: Hook, detail: Parameters<NonNullable<Monitor[Hook]>>[0]) => void;

/** What the page calls; `q` holds calls made before the snippet was there. */
export interface Stub {
  (...call: unknown[]): Promise<unknown>;
  q: { push(call: QueuedCall): unknown };
  /** A pointer has loaded a build. */
  tag?: unknown;
  /** A build runs. */
  on?: unknown;
}
export type QueuedCall = [(value: unknown) => void, (reason: unknown) => void, ArrayLike<unknown>];

/** The browser, as the rest of the snippet sees it; platform/browser.js implements it, tests fake it. */
export interface Platform {
  /** The window and its document: for reading, and for what pages agreed on with us. */
  root: any;
  document: any;
  /** Milliseconds since the epoch. */
  now(): number;
  random(count: number): Uint8Array;
  /** Call later; answers with what calls it off. */
  delay(run: () => void, ms: number): () => void;
  /** localStorage, or undefined where there is none. */
  storage: Storage | undefined;
  /** Origin of the script that ran when this was made; the page's when that is unknown. */
  origin: string;

  /** Hear of an event on the way down, before the page does. */
  listen(target: EventTarget, type: string, listener: (event: any) => void): void;
  onUrlChange(run: () => void): void;
  /** In the next task when that is past. */
  whenReady(phase: "dom-ready" | "window-loaded", run: () => void): void;
  /** What is prerendered counts when it is shown. */
  whenShown(run: () => void): void;
  /** `isLeaving`: the page goes away, it is not just hidden. */
  onHide(run: (isLeaving: boolean) => void): void;
  /** Hear of every change to the tree or texts of the document, or of `node`, and of what `also` says; answers with what stops it. */
  observe(run: () => void, also?: MutationObserverInit, node?: Node): () => void;

  /** Whether requests can outlive the page. */
  keepsAlive: boolean;
  /** Rejects when there is no answer in time. */
  post(url: string, body: string, keepalive: boolean): Promise<Answer>;
  /** Undefined or false when the browser does not take it. */
  beacon(url: string, body: string): boolean | undefined;

  /** What takes back everything that was patched or listened to. */
  undos: (() => void)[];
}
