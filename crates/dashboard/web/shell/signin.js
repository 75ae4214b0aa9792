// Signing in: over the page, which keeps what was typed into it.

import * as api from "../core/api.js";
import { h, when } from "../core/dom.js";
import { effect, signal } from "../core/signal.js";
import { text } from "../core/text.js";

const words = text.signIn;

/** Why somebody has to sign in, when that is not clear. */
export const signInNote = signal("");

/** @param {() => void} entered */
export function signIn(entered) {
  const error = signal("");
  const busy = signal(false);
  const token = h("input", {
    class: "input",
    type: "password",
    name: "token",
    id: "token",
    autocomplete: "current-password",
    spellcheck: "false",
    "aria-describedby": "token-hint",
    required: true,
  });
  const show = (/** @type {Event} */ event) =>
    (token.type = /** @type {HTMLInputElement} */ (event.target).checked ? "text" : "password");
  async function submit(/** @type {Event} */ event) {
    event.preventDefault();
    error.set("");
    if (!token.value.trim()) return void error.set(words.needed);
    busy.set(true);
    try {
      await api.post("/api/login", { token: token.value.trim() });
      token.value = "";
      entered();
    } catch (problem) {
      if (!(problem instanceof api.ApiError)) throw problem;
      error.set(problem.detail);
      token.focus();
    } finally {
      busy.set(false);
    }
  }
  const dialog = h(
    "dialog",
    {
      class: "sign-in",
      "aria-labelledby": "sign-in-title",
      oncancel: (/** @type {Event} */ event) => event.preventDefault(),
    },
    h(
      "form",
      { class: "form", onsubmit: submit, novalidate: true },
      h("p", { class: "brand" }, text.product),
      h("h2", { id: "sign-in-title" }, words.title),
      when(signInNote, (note) => h("p", { class: "note" }, String(note))),
      h(
        "div",
        { class: "field" },
        h("label", { for: "token" }, words.token),
        token,
        h("span", { class: "field-note", id: "token-hint" }, words.hint),
        h(
          "label",
          { class: "check" },
          h("input", { type: "checkbox", onchange: show }),
          h("span", {}, words.show),
        ),
      ),
      when(error, (why) => h("p", { class: "form-error", role: "alert" }, String(why))),
      h(
        "p",
        { class: "dialog-actions" },
        h("button", { type: "submit", class: "button button-primary", disabled: busy }, () =>
          busy() ? words.entering : words.submit,
        ),
      ),
    ),
  );
  effect(() => {
    if (api.signedOut() === true && !dialog.open) {
      queueMicrotask(() => {
        if (!dialog.isConnected || dialog.open) return;
        dialog.showModal();
        token.focus();
      });
    } else if (api.signedOut() !== true && dialog.open) dialog.close();
  });
  return dialog;
}
