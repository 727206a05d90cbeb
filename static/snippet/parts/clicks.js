/** @import {Draft, Part} from '../types.js' */
import { describeLink } from "../engine/describeLink.js";
import { merge } from "../xdm/merge.js";

/** A click that no page view follows within so long belongs to none. */
const MAX_WAIT_MS = 18e5;

const TYPES = /** @type {Record<string, string>} */ ({ download: "download", other: "other" });

/**
 * Clicks on links, collected without a rule of the property's own: the action `@click`. With grouping, a click that stays
 * on the site goes out with the next page view, on this page or the next, and is no event of its own.
 *
 * @type {Part}
 */
export default ({ container, modules, platform, storage, tools }) => {
  const { now } = platform;
  const { keepUrlParams } = container.privacy;
  const { send } = tools;
  /** The click of this page that waits for a page view. @type {Draft | undefined} */
  let held;

  modules["actions/@click"] = (/** @type {any} */ { group }, /** @type {any} */ scope) => {
    const { facts, element } = scope;
    const { name, region } = describeLink(element, tools);
    const URL = keepUrlParams ? tools.filterUrl?.(facts.url, keepUrlParams) : facts.url;
    const webInteraction = { name, region, type: TYPES[facts.kind] || "exit", URL, linkClicks: { value: 1 } };
    const made = tools.draft("web.webinteraction.linkClicks", [], scope);
    made.over = { web: { webInteraction } };
    if (!group || facts.kind !== "other") return () => send(made);
    return () => {
      // Of two, the first had no page view: it is an event by itself.
      if (held) send(held);
      held = made;
      storage.set("click", { at: now(), web: made.over?.web });
    };
  };

  return {
    send: (draft) => {
      const isPageView = draft.assignments.some(({ path }) => path.join() === "web,webPageDetails,pageViews,value");
      const click = isPageView && storage.get("click");
      if (click) {
        held = undefined;
        storage.set("click", null);
        if (now() - click.at < MAX_WAIT_MS) draft.over = merge({ web: click.web }, draft.over || {});
      }
      send(draft);
    },
  };
};
