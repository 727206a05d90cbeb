import { fetchPage } from "./fetchPage.js";
import { focusOn } from "./focusOn.js";

const TYPING_MS = 500;

/**
 * Buttons that add, remove or move a part of the form have the server draw it again, and what it drew is put into the
 * page. While somebody types, the sentence and the faults follow. Saving is a form as any other.
 *
 * @param {Document} root
 */
export function redrawForm(root) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let round = 0;

  /**
   * @param {string} action What the button says, such as `add:events`.
   * @returns {Promise<Document | null>} null: a newer one was asked for meanwhile, or it could not be had.
   */
  async function ask(action) {
    const form = ruleForm(root);
    if (!form) return null;
    const mine = ++round;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    body.set("do", action);
    // The tree is filtered here, as one types.
    body.delete("find");
    const answer = await fetchPage(form.action, body);
    return mine === round ? answer : null;
  }

  /** @param {string} action */
  async function redraw(action) {
    clearTimeout(timer);
    const drawn = await ask(action);
    if (!drawn) return;
    const opened = openParts(root);
    const typed = searchField(root)?.value ?? "";
    replaceParts(root, drawn, ["sentence", "rule-form", "fields-tree"]);
    const search = searchField(root);
    if (search) search.value = typed;
    for (const part of root.querySelectorAll("details[data-path]")) {
      if (opened.has(part.getAttribute("data-path") ?? "")) part.setAttribute("open", "");
    }
    focusOn(root, drawn.getElementById("editor")?.dataset["focus"] ?? "", action);
    root.dispatchEvent(new Event("redrawn"));
  }

  async function check() {
    const drawn = await ask("check");
    if (!drawn) return;
    replaceParts(root, drawn, ["sentence"]);
    for (const told of root.querySelectorAll(".told")) {
      const fresh = drawn.getElementById(told.id);
      if (fresh) told.replaceChildren(...copies(root, fresh));
    }
  }

  root.addEventListener("submit", (event) => {
    const button = event instanceof SubmitEvent ? event.submitter : null;
    if (!(button instanceof HTMLButtonElement) || button.name !== "do" || button.value === "save") return;
    if (event.target !== ruleForm(root)) return;
    event.preventDefault();
    void redraw(button.value);
  });
  root.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement && event.target.hasAttribute("data-redraw")) void redraw("redraw");
  });
  root.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement)) return;
    if (field.form !== ruleForm(root) || field.hasAttribute("data-redraw") || field.type === "search") return;
    clearTimeout(timer);
    timer = setTimeout(() => void check(), TYPING_MS);
  });
}

/** @param {Document} root */
function ruleForm(root) {
  const form = root.getElementById("rule-form");
  return form instanceof HTMLFormElement ? form : null;
}

/** @param {Document} root */
function searchField(root) {
  const field = root.getElementById("tree-find");
  return field instanceof HTMLInputElement ? field : null;
}

/** @param {Document} root */
function openParts(root) {
  const open = root.querySelectorAll("details[data-path][open]");
  return new Set([...open].map((part) => part.getAttribute("data-path") ?? ""));
}

/**
 * @param {Document} root
 * @param {Document} drawn
 * @param {string[]} ids
 */
function replaceParts(root, drawn, ids) {
  for (const id of ids) {
    const fresh = drawn.getElementById(id);
    const scroll = root.querySelector(`#${id} .tree-scroll`)?.scrollTop ?? 0;
    if (fresh) root.getElementById(id)?.replaceChildren(...copies(root, fresh));
    root.querySelector(`#${id} .tree-scroll`)?.scrollTo(0, scroll);
  }
}

/**
 * @param {Document} root
 * @param {Element} part
 */
function copies(root, part) {
  return [...part.childNodes].map((node) => root.importNode(node, true));
}
