/** @import {TreeNode} from './types.js' */
import { element } from "../element.js";
import { icon } from "../icon.js";

/**
 * XDM as nested lists; templates/live/_tree.html makes the same.
 *
 * @param {TreeNode[]} nodes
 * @returns {HTMLElement}
 */
export function treeElement(nodes) {
  return element("ul", { class: "tree" }, ...nodes.map((node) => element("li", {}, nodeElement(node))));
}

/** @param {TreeNode} node */
function nodeElement(node) {
  const look = `node${node.addedBy ? " node-added" : ""}${node.violation ? " node-wrong" : ""}`;
  if (node.children.length === 0) return element("div", { class: look }, ...parts(node));
  return element("details", { open: true }, element("summary", { class: look }, ...parts(node)), treeElement(node.children));
}

/**
 * @param {TreeNode} node
 * @returns {(Node | string)[]}
 */
function parts(node) {
  const made = [element("bdi", { class: "node-key" }, node.key)];
  if (node.value) made.push(element("bdi", { class: `node-value value-${node.kind}` }, valueNode(node)));
  if (node.addedBy && node.children.length === 0)
    made.push(element("span", { class: "added-by" }, icon("added"), node.addedBy));
  if (node.violation) made.push(element("span", { class: "node-problem" }, icon("failed"), node.violation));
  return made.flatMap((each, index) => (index ? [" ", each] : [each]));
}

/** @param {TreeNode} node */
function valueNode(node) {
  if (!node.href) return node.value;
  return element("a", { href: node.href, rel: "noopener noreferrer nofollow", target: "_blank" }, node.value);
}
