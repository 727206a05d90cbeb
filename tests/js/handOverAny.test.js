import assert from "node:assert/strict";
import { test } from "node:test";
import { aContainer, aSnippet, fakeWorld, loadModules } from "./fakes.js";

const PARTS = ["adobe_mc=", "TS=", "|", "%7C", "MCMID=", "MCORGID=", "%", "%E0%A4%A", "&", "#", "?", "=", "1767322000", "1".repeat(38), "SHOP%40AdobeOrg", "\u0000", "\ud800", "é", "/../"];

/** Numbers in [0, 1), the same in every run. */
const numbers = (/** @type {number} */ seed) => () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;

test("whatever stands in an address, the page goes on and its visitor has an ECID", async () => {
  const random = numbers(7);
  const { "parts/lastLink": _, ...modules } = await loadModules();

  for (let run = 0; run < 200; run += 1) {
    const said = Array.from({ length: 1 + Math.floor(random() * 9) }, () => PARTS[Math.floor(random() * PARTS.length)]).join("");
    const world = fakeWorld({ url: `https://www.shop.example/?adobe_mc=${said}` });

    const { call } = await aSnippet(aContainer(), { world, modules });

    const { ECID: ecid } = await call("getIdentity");
    assert.match(ecid, /^\d{38}$/, said);
  }
});
