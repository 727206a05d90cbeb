/** @import {Status} from './types.js' */
import { element } from "../element.js";

const NUMBER = new Intl.NumberFormat("en");

/**
 * Writes the pipeline's counts into the meters; a sink that is new gets one.
 *
 * @param {HTMLElement} meters
 * @param {Status} status
 */
export function showStatus(meters, status) {
  for (const name of /** @type {const} */ (["received", "processed", "failed", "waiting"])) {
    write(meters.querySelector(`[data-meter="${name}"]`), status[name]);
  }
  for (const sink of status.sinks) {
    let value = meters.querySelector(`[data-sink="${CSS.escape(sink.name)}"]`);
    if (!value) {
      value = element("dd", { "data-sink": sink.name });
      const label = element("dt", {}, `${sink.name} lag`);
      meters.append(element("div", { class: "meter-sink" }, label, value));
    }
    write(value, sink.lag);
  }
}

/**
 * @param {Element | null} value
 * @param {number} number
 */
function write(value, number) {
  if (!value) return;
  value.textContent = NUMBER.format(number);
  value.parentElement?.setAttribute("data-some", number > 0 ? "yes" : "no");
}
