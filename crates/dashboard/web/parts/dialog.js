// Dialogs: native, with the focus given back to where it was.

import { h } from "../core/dom.js";
import { scoped } from "../core/signal.js";
import { text } from "../core/text.js";
import { button } from "./states.js";

let number = 0;

/**
 * Opens a dialog whose content `fill` makes; it gets what closes it.
 * @param {string} title
 * @param {(close: () => void) => import("../core/dom.js").Child[]} fill
 * @param {string} [kind]
 */
export function openDialog(title, fill, kind = "") {
  const before = document.activeElement;
  const id = `dialog-${(number += 1)}`;
  const [dialog, end] = scoped(() => {
    const made = h("dialog", { class: `dialog ${kind}`, "aria-labelledby": id });
    const close = () => made.close();
    const head = h(
      "header",
      { class: "dialog-head" },
      h("h2", { id }, title),
      button("×", close, { class: "button button-quiet", "aria-label": text.shell.close }),
    );
    made.append(head, h("div", { class: "dialog-body" }, ...fill(close)));
    return made;
  });
  dialog.addEventListener("close", () => {
    end();
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Asks before what cannot be undone; plain Enter keeps, Ctrl Enter goes.
 * @param {{title: string, body: string, go: string, keep: string}} words
 * @param {Node | null} about
 * @param {(reason: string) => void} act
 * @param {{reason?: boolean}} [how]
 */
export function confirm(words, about, act, { reason = false } = {}) {
  const dialog = openDialog(
    words.title,
    (close) => {
      const why = h("input", {
        class: "input",
        name: "reason",
        maxlength: "500",
        autocomplete: "off",
      });
      const go = () => {
        close();
        act(why.value.trim());
      };
      return [
        about,
        h("p", {}, words.body),
        reason ? h("label", { class: "field" }, h("span", {}, text.actions.reason), why) : null,
        h(
          "p",
          { class: "dialog-actions" },
          button(words.keep, close, { autofocus: true }),
          button(words.go, go, {
            class: "button button-danger",
            "aria-keyshortcuts": "Control+Enter",
          }),
        ),
      ];
    },
    "dialog-danger",
  );
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (dialog.querySelector(".button-danger")).click();
  });
  return dialog;
}
