// The page on which somebody signs in before anything else is there.

import { h } from "../core/dom.js";
import { text } from "../core/text.js";
import { focusFirst, signInForm } from "./form.js";

/** @param {() => unknown} entered */
export function loginPage(entered) {
  const form = signInForm(entered);
  queueMicrotask(() => focusFirst(form));
  return h(
    "main",
    { class: "login", id: "content" },
    h(
      "div",
      { class: "login-card" },
      h("p", { class: "brand" }, h("span", { "aria-hidden": "true" }, "▌"), text.product),
      h("h1", {}, text.signIn.title),
      form,
    ),
  );
}
