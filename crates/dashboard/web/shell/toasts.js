// Short messages, and the two voices of the page for those who do not see it.

import { each, h } from "../core/dom.js";
import { visible } from "../core/format.js";
import { signal } from "../core/signal.js";
import { text } from "../core/text.js";
import { button } from "../parts/states.js";

/**
 * @typedef {{id: number, words: string, error: boolean, link?: {href: string, label: string}}} Toast
 */

const MOST = 3;
const SHOWN = 6_000;
/** The polite voice speaks at most so often. */
const SPEAK = 5_000;

const toasts = signal(/** @type {Toast[]} */ ([]));
const polite = signal("");
const assertive = signal("");
let last = 0;
let spokenAt = 0;
/** @type {string[]} */
let unsaid = [];

/**
 * One that has an action or is an error stays until it is dismissed.
 * @param {string} words
 * @param {{error?: boolean, link?: Toast["link"]}} [how]
 */
export function toast(words, { error = false, link } = {}) {
  const id = (last += 1);
  toasts.set([...toasts.peek(), { id, words, error, link }].slice(-MOST));
  if (!error && !link) setTimeout(() => dismiss(id), SHOWN);
}

/** Says something at once. @param {string} words */
export function alarm(words) {
  assertive.set("");
  queueMicrotask(() => assertive.set(visible(words)));
}

/**
 * Says something when there is time; what comes together is said together.
 * @param {string} words
 */
export function announce(words) {
  if (!unsaid.includes(words)) unsaid.push(words);
  if (unsaid.length > 1) return;
  setTimeout(
    () => {
      spokenAt = Date.now();
      polite.set(visible(unsaid.splice(0).join(", ")));
    },
    Math.max(0, spokenAt + SPEAK - Date.now()),
  );
}

/** @param {number} id */
const dismiss = (id) => toasts.set(toasts.peek().filter((it) => it.id !== id));

export function toastRegion() {
  const list = h("ul", { class: "toasts" });
  each(list, toasts, (it) =>
    h(
      "li",
      { class: it.error ? "toast toast-error" : "toast", role: it.error ? "alert" : "status" },
      h("span", {}, visible(it.words)),
      it.link ? h("a", { href: it.link.href, onclick: () => dismiss(it.id) }, it.link.label) : null,
      button("×", () => dismiss(it.id), {
        class: "button button-quiet",
        "aria-label": text.shell.dismiss,
      }),
    ),
  );
  return h(
    "div",
    { class: "toast-region" },
    list,
    h("div", { class: "unseen", "aria-live": "polite" }, polite),
    h("div", { class: "unseen", "aria-live": "assertive" }, assertive),
  );
}
