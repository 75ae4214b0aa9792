// What stands where there is nothing else: empty, failed, still loading.

import { h } from "../core/dom.js";
import { signal, onCleanup } from "../core/signal.js";
import { text } from "../core/text.js";

/** After this long, what is being loaded is named. */
const SAY_SO = 4_000;
/** Before this, nothing is shown, since most answers come sooner. */
const SHOW = 150;

/** @param {string} title @param {import("../core/dom.js").Child} body @param {...Node} actions */
export function emptyState(title, body, ...actions) {
  return h(
    "div",
    { class: "state" },
    h("p", {}, h("strong", {}, title), " ", body),
    h("p", { class: "state-actions" }, ...actions),
  );
}

/**
 * @param {string} title
 * @param {import("../core/api.js").ApiError} error
 * @param {() => void} retry
 * @param {string} [more]
 */
export function errorState(title, error, retry, more = "") {
  const reference = error.reference
    ? h("span", { class: "meta" }, ` · ${text.problem.reference(error.reference)}`)
    : null;
  return h(
    "div",
    { class: "state state-error", role: "alert" },
    h("p", {}, h("strong", {}, title), ` ${error.detail} ${more}`, reference),
    h("p", { class: "state-actions" }, button(text.list.retry, retry)),
  );
}

/**
 * Rows of the size that comes.
 * @param {string} label
 * @param {number} rows
 * @param {() => void} [cancel]
 */
export function skeleton(label, rows, cancel) {
  const waited = signal(0);
  const began = Date.now();
  const timer = setInterval(() => waited.set(Date.now() - began), SHOW);
  onCleanup(() => clearInterval(timer));
  const seconds = () => Math.floor(waited() / 1000);
  return h(
    "div",
    { class: () => `skeleton${waited() < SHOW ? " skeleton-early" : ""}`, "aria-busy": "true" },
    h("p", { class: "unseen", role: "status" }, () => (waited() > 1000 ? label : "")),
    ...Array.from({ length: rows }, () =>
      h("div", { class: "skeleton-row", "aria-hidden": "true" }),
    ),
    () =>
      waited() > SAY_SO
        ? h(
            "p",
            { class: "state-actions" },
            text.list.still(seconds()),
            cancel ? button(text.list.cancel, cancel) : null,
          )
        : null,
  );
}

/**
 * @param {import("../core/dom.js").Child} label
 * @param {() => void} act
 * @param {Record<string, any>} [more]
 */
export function button(label, act, more = {}) {
  return h("button", { type: "button", class: "button", onclick: act, ...more }, label);
}
