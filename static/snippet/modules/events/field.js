/** @import {EventModule} from '../../types.js' */

/** @type {EventModule} */
export default ({ target = "input,select,textarea", on: steps = ["change"] }, trigger, tools) => {
  for (const step of steps) {
    tools.on(step, (event) => {
      const found = tools.match(event, target, false);
      if (!found) return;
      const { element } = found;
      const { attribute, value } = tools.elements;
      const type = element.tagName.toLowerCase();
      const facts = {
        step,
        name: attribute(element, "name") || undefined,
        type: type === "input" ? attribute(element, "type") || "text" : type,
        isFilled: !!value(element),
      };
      trigger({ facts: tools.plain(facts), element });
    });
  }
};
