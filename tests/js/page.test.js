import assert from "node:assert/strict";
import { test } from "node:test";
import { createPage } from "../../static/snippet/engine/page.js";
import { filterUrl } from "../../static/snippet/parts/filterUrl.js";
import { fakeWorld } from "./fakes.js";

const aPage = (world, { keepUrlParams = null, isReady = true } = {}) => {
  const said = [];
  let becomeReady;
  const core = {
    container: { privacy: { keepUrlParams } },
    platform: world.platform,
    on: (_, run) => (becomeReady = run),
    emit: (type) => said.push([type, page.url()]),
    tools: { filterUrl },
  };
  const page = createPage(core);
  if (isReady) becomeReady();
  return { page, said, becomeReady };
};

test("a route is left under its old URL and entered under the new one, by whatever means it came", () => {
  const world = fakeWorld();
  const { page, said } = aPage(world);

  world.location.href = "https://www.shop.example/next";
  page.location();
  page.location();

  assert.deepEqual(said, [
    ["@leave", "https://www.shop.example/"],
    ["@route", "https://www.shop.example/next"],
  ]);
  assert.equal(page.previous(), "https://www.shop.example/");
});

test("what becomes of the URL while the page loads is no route change", () => {
  const world = fakeWorld();
  const { page, said, becomeReady } = aPage(world, { isReady: false });

  world.location.href = "https://www.shop.example/#/";
  page.location();
  world.location.href = "https://www.shop.example/#/start";
  becomeReady();

  assert.equal(page.url(), "https://www.shop.example/#/start");
  assert.deepEqual(said, []);
  assert.equal(page.previous(), undefined);
});

test("the same URL again is no route change", () => {
  const world = fakeWorld();
  const { page, said } = aPage(world);

  world.location.href = "https://www.shop.example/";
  page.location();

  assert.deepEqual(said, []);
  assert.equal(page.previous(), undefined);
});

for (const [url, keep, kept] of [
  ["https://a.example/p?q=x&email=e#top", ["q"], "https://a.example/p?q=x#top"],
  ["https://a.example/p?utm_source=a&utm_x=b&z=1", ["utm_*"], "https://a.example/p?utm_source=a&utm_x=b"],
  ["https://a.example/p?email=e", [], "https://a.example/p"],
  ["https://a.example/p?%71=x", ["q"], "https://a.example/p?%71=x"],
  ["https://a.example/p?%zz=x", ["q"], "https://a.example/p"],
  ["https://a.example/#/list?q=x&email=e", ["q"], "https://a.example/#/list?q=x"],
  ["https://a.example/#access_token=s&q=1", ["q"], "https://a.example/#q=1"],
  ["https://a.example/#top", [], "https://a.example/#top"],
  ["", [], ""],
]) {
  test(`of ${url || "nothing"}, keeping ${keep}, ${kept || "nothing"} is left`, () => {
    assert.equal(filterUrl(url, keep), kept);
  });
}
