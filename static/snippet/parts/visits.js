// needs: parts/session
/** @import {Part} from '../types.js' */

/**
 * What the visitor did before: counted at each page and each route. A session's own is begun anew with it.
 *
 * @type {Part}
 */
export default (core) => {
  const { on, page, platform, storage } = core;
  const { now } = platform;

  const current = () => {
    const { sessions } = core.tools.visit();
    const known = storage.get("visit") || {};
    return known.session === sessions
      ? known
      : { session: sessions, landingPage: page.url(), trafficSource: page.referrer(), began: now(), pages: 0 };
  };
  const count = () => {
    const visit = current();
    visit.pages++;
    storage.set("visit", visit);
    storage.set("pages", (storage.get("pages") || 0) + 1);
  };
  count();
  on("@route", count);

  return {
    visits: () => {
      const { landingPage, pages, began, session: sessions, trafficSource } = current();
      return {
        isNew: sessions === 1,
        sessions,
        landingPage,
        trafficSource,
        pageViews: storage.get("pages"),
        sessionPageViews: pages,
        minutes: Math.floor((now() - began) / 6e4),
      };
    },
  };
};
