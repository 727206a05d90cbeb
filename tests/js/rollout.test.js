import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";
import { encodeIdentity } from "../../static/snippet/identity/identityCookie.js";

const SOURCE = readFileSync(new URL("../../static/dist/rollout.js", import.meta.url), "utf8");
const NAME = "kndctr_A_AdobeOrg_identity";

/** Which of "old" and "new" a visitor gets. `cookie`: all of the page's. */
const pick = (cookie, percent, next = "new") => {
  const values = { __BUILD_PATH__: "old", __NEXT_PATH__: next, __SHARE__: Math.floor((percent * 2 ** 32) / 100), __COOKIE__: NAME };
  const script = SOURCE.replace(/__(BUILD_PATH|NEXT_PATH|SHARE|COOKIE)__/g, (name) => JSON.stringify(values[name]));
  const context = { document: { cookie }, atob, __PICK__: undefined };
  vm.runInNewContext(script, context);
  return context.__PICK__;
};

const ecid = (number) => String(number * 7919).padStart(38, "4");
const cookieOf = (number) => `a=1; ${NAME}=${encodeIdentity(ecid(number))}; b=2`;
const VISITORS = Array.from({ length: 600 }, (_, number) => number);

test("the share of the visitors is about what was asked for", () => {
  for (const percent of [1, 10, 50, 90]) {
    const got = VISITORS.filter((number) => pick(cookieOf(number), percent) === "new").length / VISITORS.length;

    assert.ok(Math.abs(got - percent / 100) < 0.06, `${percent} %: ${got}`);
  }
});

test("a visitor gets the same build every time, and keeps the new one when the share grows", () => {
  for (const number of VISITORS.slice(0, 150)) {
    const first = pick(cookieOf(number), 20);

    assert.equal(pick(cookieOf(number), 20), first);
    if (first === "new") assert.equal(pick(cookieOf(number), 60), "new");
  }
});

test("what the server makes of the cookie leaves the visitor where they were", () => {
  // Field 2 behind field 1, url-safe, with the padding encoded: as an edge writes it.
  const longer = (number) => btoa("\n&" + ecid(number) + "\x12\x03abc").replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "%3D");

  for (const number of VISITORS.slice(0, 100)) {
    assert.equal(pick(`${NAME}=${longer(number)}`, 50), pick(cookieOf(number), 50));
  }
});

test("another roll-out begins with other people", () => {
  const both = VISITORS.filter((number) => pick(cookieOf(number), 10) === "new" && pick(cookieOf(number), 10, "newer") === "newer");

  assert.ok(both.length < VISITORS.length * 0.05, String(both.length));
});

test("whoever is not known, or has a cookie that nobody wrote, gets the present build", () => {
  for (const cookie of ["", "other=1", `${NAME}=`, `${NAME}=%`, `${NAME}=!!!`, `x${NAME}=${encodeIdentity(ecid(1))}`]) {
    assert.equal(pick(cookie, 99), "old");
  }
});
