// Signing in again when a session has ended under an open page. What stands there, and what was
// typed into it, is kept behind a blank sheet for whoever was here before.

import { signedOut } from "../core/api.js";
import { h } from "../core/dom.js";
import { loginAddress, wanted } from "../core/next.js";
import { place } from "../core/router.js";
import { effect } from "../core/signal.js";
import { text } from "../core/text.js";
import { focusFirst, signInForm, signInNote } from "./form.js";

/** @param {() => unknown} entered */
export function signInAgain(entered) {
  const form = signInForm(entered);
  const dialog = h(
    "dialog",
    {
      class: "sign-in",
      closedby: "none",
      "aria-labelledby": "sign-in-title",
      oncancel: (/** @type {Event} */ event) => event.preventDefault(),
      // A browser lets go of a dialog when it is insisted upon; the page behind stays shut.
      onclose: () => signedOut.peek() === true && open(),
    },
    h("p", { class: "brand" }, h("span", { "aria-hidden": "true" }, "▌"), text.product),
    h("h2", { id: "sign-in-title" }, text.signIn.title),
    form,
  );
  function open() {
    if (!dialog.isConnected || dialog.open || signedOut.peek() !== true) return;
    if (place.peek().page === "login") return;
    signInNote.set(text.signIn.ended);
    history.replaceState(null, "", loginAddress());
    dialog.showModal();
    focusFirst(form);
  }
  effect(() => {
    if (signedOut() === true) queueMicrotask(open);
    else if (dialog.open) close();
  });
  function close() {
    signInNote.set("");
    dialog.close();
    if (location.pathname === "/login") history.replaceState(null, "", wanted());
  }
  return dialog;
}
