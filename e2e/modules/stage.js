// Runs before everything on the pages of e2e/modules/stage.py, the fake clock included: what it needs of the browser is real.
(() => {
  const { fetch, requestAnimationFrame, setTimeout } = window;

  const requests = [];
  window.fetch = (...request) => {
    const answer = fetch.apply(window, request);
    requests.push(answer);
    return answer;
  };

  /** Two frames, and what they have caused: then observers have told what they saw. */
  const settle = () =>
    new Promise((done) => requestAnimationFrame.call(window, () => requestAnimationFrame.call(window, () => setTimeout.call(window, done, 20))));

  /** An element of a description: {tag, attributes, text, value, parent}. */
  const make = ({ tag, attributes = {}, text = "", value, parent }) => {
    const element = tag === "svg" ? document.createElementNS("http://www.w3.org/2000/svg", "svg") : document.createElement(tag);
    for (const [name, said] of Object.entries(attributes)) element.setAttribute(name, said);
    element.append(text);
    if (value !== undefined) element.value = value;
    (parent ? make(parent) : document.body).append(element);
    return element;
  };

  const find = (selector) => {
    const element = document.querySelector(selector);
    if (!element) throw new Error(`the example's page has no ${selector}`);
    return element;
  };

  /** An element that a selector finds, and has what the selector asks for by id and attribute. */
  const makeFor = (selector, description) => {
    const element = make(description);
    const [, id] = /#([\w-]+)/.exec(selector) || [];
    if (id) element.id = id;
    for (const [, name, said] of selector.matchAll(/\[([\w-]+)=([^\]]*)\]/g)) element.setAttribute(name, said);
    if (find(selector) !== element) throw new Error(`${selector} finds another element`);
  };

  const click = (description, type = "click", options = {}) =>
    make(description).dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, composed: true, view: window, ...options }));

  const setVisibility = (state) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
    Object.defineProperty(document, "hidden", { configurable: true, get: () => state === "hidden" });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  };

  const dispatch = ({ on, type, detail }) => (on ? find(on) : document).dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));

  const scroll = async ({ of, top = 0, left = 0 }) => {
    const box = of ? find(of) : document.scrollingElement;
    const part = (share, whole, seen) => (typeof share === "string" ? Math.ceil((parseFloat(share) / 100) * whole - seen) : share);
    box.scrollTo(part(left, box.scrollWidth, box.clientWidth), part(top, box.scrollHeight, box.clientHeight));
    await settle();
  };

  const tell = (what) => (detail) => window.tellStage(what, JSON.stringify(detail));

  window.stage = {
    settle,
    /** What is on its way has arrived, and what came of that was told. */
    finishRequests: async () => {
      await settle();
      await Promise.allSettled(requests);
      await settle();
    },
    find,
    makeFor,
    click,
    setVisibility,
    dispatch,
    scroll,
    throwError: (message) => setTimeout.call(window, () => { throw new Error(message); }),
    rejectPromise: (message) => void Promise.reject(new Error(message)),
    append: (html) => document.body.insertAdjacentHTML("beforeend", html),
    seek: async (selector, seconds) => {
      const media = find(selector);
      await new Promise((done) => {
        media.addEventListener("seeked", done, { once: true });
        media.currentTime = seconds;
      });
      await settle();
    },
  };

  window.heliographMonitors = [
    { onRuleTriggered: tell("triggered"), onEventSent: tell("sent"), onError: ({ module, error }) => tell("error")({ module, error: String(error) }) },
  ];

  // What an example clicks must not take its page away. After the snippet, which listens on the way down.
  for (const type of ["click", "auxclick"]) {
    window.addEventListener(type, (event) => {
      if (event.composedPath().some((one) => one.matches && one.matches("a[href],area[href]"))) event.preventDefault();
    });
  }
})();
