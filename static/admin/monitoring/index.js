/** The page Monitoring, kept up to date: once a minute it is fetched again, unless somebody is at work in it. */
import { showLocalTimes } from "../showLocalTimes.js";

const EVERY_MS = 60_000;

/** @param {Element} page */
const isInUse = (page) => document.hidden || page.contains(document.activeElement) || !!page.querySelector("details[open]");

/** By XMLHttpRequest, whose answers are parsed by the browser itself: a text is never made into markup by script. */
const refresh = () => {
  const page = document.getElementById("monitoring");
  if (!page || isInUse(page)) return;
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.responseType = "document";
  request.timeout = EVERY_MS;
  // A server that is away now, or asks who we are, will be there in a minute.
  request.onload = () => {
    const fresh = request.responseXML?.getElementById("monitoring");
    if (!fresh || isInUse(page)) return;
    const copy = document.importNode(fresh, true);
    showLocalTimes(copy);
    page.replaceWith(copy);
  };
  request.send();
};

setInterval(refresh, EVERY_MS);
