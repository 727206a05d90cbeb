/** @import {DataElementModule} from '../../types.js' */
import { attempt } from "../../engine/attempt.js";

/** In this order: nearly every browser calls itself by the names of those below. @type {[string, RegExp][]} */
const NAMES = [
  ["Edge", /Edg/],
  ["Opera", /OPR/],
  ["Samsung Internet", /SamsungBrowser/],
  ["Firefox", /Firefox|FxiOS/],
  ["Chrome", /Chrome|CriOS/],
  ["Safari", /Safari/],
];

/** @type {[string, RegExp][]} */
const SYSTEMS = [
  ["Android", /Android/],
  ["iOS", /iP(hone|ad|od)/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS/],
  ["ChromeOS", /CrOS/],
  ["Linux", /Linux/],
];

/** @type {DataElementModule} */
export default ({ get }, { root }) => {
  const { navigator } = root;
  const { language, maxTouchPoints, userAgent } = navigator;
  const find = (/** @type {[string, RegExp][]} */ table) => (table.find(([, pattern]) => pattern.test(userAgent)) || [])[0];
  const isTouch = maxTouchPoints > 0;
  let system = find(SYSTEMS);
  // A tablet that calls itself a computer.
  const isIpad = system === "macOS" && maxTouchPoints > 1;
  if (isIpad) system = "iOS";
  const isTablet = isIpad || /iPad|Tablet/.test(userAgent) || (system === "Android" && !/Mobi/.test(userAgent));
  return /** @type {any} */ ({
    name: find(NAMES),
    system,
    deviceType: isTablet ? "tablet" : /Mobi/.test(userAgent) ? "phone" : "desktop",
    language,
    isTouch,
    colorScheme: attempt(() => (root.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")),
  })[get];
};
