/** @import {Row} from './types.js' */
import { element } from "../element.js";
import { icon } from "../icon.js";

/**
 * One line of the list; templates/live/_row.html makes the same.
 *
 * @param {Row} row
 */
export function rowElement(row) {
  const time = row.at
    ? element("time", { datetime: row.at, "data-local": "clock" }, row.at.slice(11, 23))
    : "–";
  return element(
    "li",
    {},
    element(
      "a",
      { class: `row row-${row.outcome}`, href: row.href, "data-key": rowKey(row) },
      element("span", { class: "row-time" }, time),
      element(
        "span",
        { class: `row-outcome outcome-${row.outcome}` },
        icon(row.outcome),
        element("span", { class: "row-outcome-text" }, row.outcomeText),
      ),
      element("span", { class: "row-name" }, element("b", {}, row.name), " ", element("bdi", { class: "raw" }, row.eventType)),
      element("bdi", { class: "row-page" }, row.page),
      element("bdi", { class: "row-who" }, row.who),
      element("bdi", { class: "row-client" }, row.client),
    ),
  );
}

/** @param {Row} row */
export function rowKey(row) {
  return `${row.topic}/${row.offset}`;
}
