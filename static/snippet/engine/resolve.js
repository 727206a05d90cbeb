/** @import {Core, Pipe, Scope, Template, Tools} from '../types.js' */
import { at } from "./at.js";
import { attempt } from "./attempt.js";
import { isElement } from "./isElement.js";
import { isMissing } from "./isMissing.js";
import { isObject } from "./isObject.js";
import { remap } from "./remap.js";

/**
 * Templates to values, as they are at this moment. What cannot be had is undefined: a pipe that cannot take what came, a
 * selector that the browser does not know.
 *
 * @param {Core} core needs `container`, `elements`, `fail`, `modules`, `page` and `tools`
 * @returns {Tools["resolve"]}
 */
export const createResolve = (core) => {
  const { container, elements, modules } = core;

  /** @type {(template: any, scope: any) => any} */
  const resolve = (template, scope) => {
    if (!isObject(template) || !template.$) return template;
    const { $, parts, name, up, down, attr, path, pipe } = template;
    if ($ === "text") {
      // A text with a hole in it is no value.
      const texts = parts.map((/** @type {Template} */ part) => resolve(part, scope));
      return texts.some(isMissing) ? undefined : texts.join("");
    }
    return piped(
      attempt(() => {
        let root = scope[$ === "event" ? "facts" : $];
        if ($ === "data") root = compute(name, scope);
        if ($ === "this") {
          root = scope.element;
          if (up) root = elements.up(root, up);
          if (down) root = root.querySelector(down);
          if (attr) return elements.attribute(root, attr);
        }
        return path ? (isElement(root) ? elements.property(root, path) : at(root, path)) : root;
      }),
      pipe,
    );
  };

  /** @type {(value: unknown, pipe?: Pipe[]) => any} */
  const piped = (value, pipe = []) => {
    for (const [name, ...args] of pipe) {
      const before = value;
      if (isMissing(value)) value = name === "default" ? args[0] : undefined;
      else if (name !== "default") value = attempt(() => modules["pipes/" + name](before, args, core.tools));
    }
    // An element by itself is no value.
    return isElement(value) ? elements.text(value) : value;
  };

  /** A data element's value, computed at most once an occurrence. @type {(name: string, scope: Scope) => unknown} */
  const compute = (name, scope) => {
    const { values, rule } = scope;
    if (!values.has(name)) {
      // Also what an element sees that leads back to itself.
      values.set(name, undefined);
      const element = /** @type {any} */ (container.dataElements[name]);
      let value;
      for (const { module, settings } of [element, ...(element.fallback || [])]) {
        if (!isMissing(value)) break;
        try {
          value = modules["dataElements/" + module](remap(settings, (one) => resolve(one, scope)), core.tools);
        } catch (error) {
          core.fail(rule, module, error);
        }
      }
      value = piped(value, element.pipe);
      values.set(name, isMissing(value) ? element.default : value);
    }
    return values.get(name);
  };

  return resolve;
};
