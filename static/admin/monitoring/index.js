/** The page Monitoring, kept up to date: once a minute it is fetched again, unless somebody is at work in it. */
import { showLocalTimes } from "../showLocalTimes.js";

const EVERY_MS = 60_000;

/** @param {Element} page */
const isInUse = (page) => document.hidden || page.contains(document.activeElement) || !!page.querySelector("details[open]");

const refresh = async () => {
  const page = document.getElementById("monitoring");
  if (!page || isInUse(page)) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("monitoring");
  if (!fresh || isInUse(page)) return;
  showLocalTimes(fresh);
  page.replaceWith(fresh);
};

setInterval(() => {
  // A server that is away now will be there in a minute.
  refresh().catch(() => {});
}, EVERY_MS);
