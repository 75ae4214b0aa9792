// What can be done to a mission as it stands. A command is shown as requested until its answer or
// its event says that it was done; a refusal says why.

import * as api from "../core/api.js";
import { instant, now } from "../core/clock.js";
import { h } from "../core/dom.js";
import { span, visible } from "../core/format.js";
import { may } from "../core/me.js";
import { computed, effect, signal } from "../core/signal.js";
import { learn } from "../core/store.js";
import { text } from "../core/text.js";
import { confirm } from "../parts/dialog.js";
import { keepFocus } from "../parts/focus.js";
import { online } from "../shell/connection.js";
import { alarm, toast } from "../shell/toasts.js";

/** @typedef {import("../core/store.js").Mission} Mission */
/** @typedef {"cancel" | "retry" | "approve" | "hold" | "discard"} Action */

const words = text.actions;
const KEYS = /** @type {Record<Action, string>} */ ({
  cancel: "c",
  retry: "r",
  approve: "y",
  hold: "",
  discard: "",
});

/** What the state allows, the likeliest first. @param {Mission} mission @returns {Action[]} */
export function allowed(mission) {
  switch (mission.status) {
    case "pending":
      return mission.held ? ["approve", "cancel"] : ["hold", "cancel"];
    case "running":
      return ["cancel"];
    case "failed":
      return mission.dead_letter ? ["retry", "discard"] : ["retry"];
    case "cancelled":
      return ["retry"];
    default:
      return [];
  }
}

/** @param {import("../core/signal.js").Signal<Mission>} mission */
export function actionBar(mission) {
  const asked = signal(
    /** @type {{action: Action, at: number, revision: number, done: boolean} | null} */ (null),
  );
  const refused = signal("");
  // The event may come before the answer.
  effect(() => {
    const it = asked();
    if (
      it &&
      !it.done &&
      mission().revision > it.revision &&
      allowed(mission()).every((action) => action !== it.action)
    ) {
      asked.set({ ...it, done: true, at: instant() });
    }
  });

  /** @param {Action} action @param {Record<string, string>} [body] */
  async function perform(action, body = {}) {
    if (asked.peek()?.done === false) return;
    refused.set("");
    asked.set({ action, at: instant(), revision: mission.peek().revision, done: false });
    try {
      const { mission: changed } = await api.post(
        `/api/missions/${mission.peek().id}/${action}`,
        body,
      );
      learn(changed);
      asked.set({ action, at: instant(), revision: changed.revision, done: true });
    } catch (problem) {
      if (!(problem instanceof api.ApiError)) throw problem;
      asked.set(null);
      const why = words.because(words.refused[action], problem.detail);
      refused.set(why);
      alarm(why);
      toast(why, { error: true });
    }
  }

  /** @param {Action} action */
  function ask(action) {
    if (action !== "cancel" && action !== "discard") return void perform(action);
    const about = h(
      "p",
      { class: "dialog-subject" },
      h("strong", {}, visible(mission.peek().title)),
    );
    confirm(words.confirm[action], about, (reason) => perform(action, reason ? { reason } : {}), {
      reason: action === "cancel",
    });
  }

  const pending = () => asked()?.done === false;
  // Made anew only when other actions are allowed, so that none loses the focus.
  const which = computed(() => (may("operator") ? allowed(mission()).join(" ") : ""));
  const buttons = () => {
    keepFocus(() => bar);
    return /** @type {Action[]} */ (which().split(" ").filter(Boolean)).map((action) => {
      const key = KEYS[action];
      return h(
        "button",
        {
          type: "button",
          class:
            action === "cancel" || action === "discard" ? "button button-quiet-danger" : "button",
          "data-action": action,
          // Not disabled while its answer is awaited: it would lose the focus.
          "aria-disabled": () => (pending() ? "true" : null),
          disabled: () => !online(),
          onclick: () => !pending() && ask(action),
          "aria-keyshortcuts": key || null,
        },
        words[action],
        key ? h("kbd", { "aria-hidden": "true" }, key) : null,
      );
    });
  };
  const told = () => {
    const it = asked();
    if (!it) return refused() ? h("span", { class: "refused" }, refused()) : null;
    const what = it.done ? words.done[it.action] : words.requested[it.action];
    return h("span", { class: it.done ? "told" : "told requested" }, () =>
      words.ago(what, span(now() - it.at)),
    );
  };
  /** @type {HTMLElement | null} */
  let bar = null;
  bar = h(
    "div",
    { class: "actions", role: "group", "aria-label": words.label, tabindex: "-1" },
    buttons,
    h("span", { class: "action-told" }, told),
  );
  return { bar, ask };
}
