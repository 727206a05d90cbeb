/** @import {Detail} from './types.js' */
import { element } from "../element.js";
import { icon } from "../icon.js";
import { treeElement } from "./treeElement.js";

/**
 * Everything about one line; templates/live/_detail.html makes the same.
 *
 * @param {Detail} detail
 * @returns {HTMLElement[]}
 */
export function detailElements(detail) {
  const made = [];
  if (detail.explanation) made.push(failure(detail));
  else if (detail.row.outcome === "duplicate") {
    const text = " An event with this id came before. Lake and profiles count it once.";
    made.push(element("p", { class: "message" }, element("strong", {}, "Duplicate."), text));
  }
  if (detail.tree.length) made.push(section("XDM", ...legend(detail.addedBy), treeElement(detail.tree)));
  for (const group of detail.groups) made.push(section(group.title, factList(group.facts)));
  made.push(section("JSON", copyable(detail.json)));
  return made;
}

/**
 * @param {string} title
 * @param {...Node} children
 */
function section(title, ...children) {
  return element("section", { class: "detail-section" }, element("h3", {}, title), ...children);
}

/** @param {Detail} detail */
function failure(detail) {
  const box = element(
    "section",
    { class: "message message-bad" },
    element("p", {}, element("strong", {}, `${detail.row.outcomeText}.`), ` ${detail.explanation}`),
  );
  if (detail.violations.length) {
    const items = detail.violations.map((each) =>
      element("li", {}, element("bdi", { class: "path" }, each.path), " ", element("bdi", {}, each.message)),
    );
    box.append(element("ul", { class: "violations" }, ...items));
  }
  return box;
}

/**
 * @param {string[]} names
 * @returns {HTMLElement[]}
 */
function legend(names) {
  if (names.length === 0) return [];
  const marks = names.map((name) => element("span", { class: "added-by" }, icon("added"), name));
  return [element("p", { class: "legend" }, "Added on the server by ", ...marks)];
}

/** @param {Detail["groups"][number]["facts"]} facts */
function factList(facts) {
  const rows = facts.map((fact) => element("div", {}, element("dt", {}, fact.label), element("dd", {}, factValue(fact))));
  return element("dl", { class: "facts" }, ...rows);
}

/** @param {Detail["groups"][number]["facts"][number]} fact */
function factValue(fact) {
  if (fact.time) return element("time", { datetime: fact.time, "data-local": "full" }, fact.time);
  if (fact.href) {
    return element("a", { href: fact.href, rel: "noopener noreferrer nofollow", target: "_blank" }, fact.value);
  }
  return element("bdi", {}, fact.value);
}

/** @param {string} text */
function copyable(text) {
  const label = "The whole record as JSON";
  return element(
    "div",
    { class: "copyable" },
    element("pre", { tabindex: "0", "aria-label": label }, element("code", {}, text)),
    element(
      "button",
      { class: "button button-small", type: "button", "data-copy": true, hidden: true },
      icon("copy"),
      element("span", {}, "Copy"),
    ),
  );
}
