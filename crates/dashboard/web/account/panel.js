// A section of the account's page, and how a change in it is told.

import * as api from "../core/api.js";
import { h } from "../core/dom.js";
import { computed } from "../core/signal.js";
import { toast } from "../shell/toasts.js";

/**
 * @param {string} id
 * @param {string} title
 * @param {import("../core/dom.js").Child} action what is done to the whole of it
 * @param {...import("../core/dom.js").Child} children
 */
export function panel(id, title, action, ...children) {
  return h(
    "section",
    { class: `panel panel-${id}`, "aria-labelledby": `${id}-title` },
    h(
      "header",
      { class: "panel-head" },
      h("h2", { id: `${id}-title`, tabindex: "-1" }, title),
      action,
    ),
    h("div", { class: "panel-body" }, ...children),
  );
}

/** Changes when somebody signs in again: what was refused meanwhile is asked for once more. */
export function signedInAnew() {
  let times = 0;
  return computed(() => (api.signedOut() === true ? times : (times += 1)));
}

/**
 * Does something; a refusal is told. Says whether it was done.
 * @param {() => Promise<unknown>} act
 * @param {string} done
 */
export async function attempt(act, done) {
  try {
    await act();
  } catch (problem) {
    if (!(problem instanceof api.ApiError)) throw problem;
    toast(problem.detail, { error: true });
    return false;
  }
  toast(done);
  return true;
}
