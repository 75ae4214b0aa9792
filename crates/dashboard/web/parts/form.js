// A form: what is wrong stands beside the field it means, and what failed above them all.

import * as api from "../core/api.js";
import { h, when } from "../core/dom.js";
import { signal } from "../core/signal.js";
import { text } from "../core/text.js";

/** @typedef {Record<string, string>} Errors */

/**
 * @param {{
 *   fields: (errors: import("../core/signal.js").Signal<Errors>) => import("../core/dom.js").Child[],
 *   send: (given: (name: string) => string, made: HTMLFormElement) => Promise<unknown>,
 *   submit: string,
 *   label?: string,
 *   check?: (given: (name: string) => string) => Errors,
 *   actions?: import("../core/dom.js").Child[],
 * }} what `send` gets what was entered; `check` says what is wrong before anybody has to be asked
 */
export function form({ fields, send, submit, label, check = () => ({}), actions = [] }) {
  const errors = signal(/** @type {Errors} */ ({}));
  const failed = signal("");
  const sending = signal(false);
  const words = text.form;
  const made = h(
    "form",
    { class: "form", novalidate: true, "aria-label": label ?? null, onsubmit: submitted },
    when(failed, (why) => h("p", { class: "form-error", role: "alert" }, String(why))),
    ...fields(errors),
    h(
      "p",
      { class: "dialog-actions" },
      ...actions,
      h("button", { type: "submit", class: "button button-primary", disabled: sending }, () =>
        sending() ? words.sending : submit,
      ),
    ),
  );
  const given = (/** @type {string} */ name) => {
    const control = made.elements.namedItem(name);
    return control instanceof HTMLInputElement || control instanceof HTMLSelectElement
      ? control.value
      : "";
  };

  /** @param {SubmitEvent} event */
  async function submitted(event) {
    event.preventDefault();
    if (sending.peek()) return;
    failed.set("");
    errors.set(check(given));
    if (Object.keys(errors.peek()).length > 0) return refuse(words.wrong);
    sending.set(true);
    try {
      await send(given, made);
    } catch (problem) {
      if (!(problem instanceof api.ApiError)) throw problem;
      errors.set(beside(problem, made));
      const marked = Object.keys(errors.peek()).length > 0;
      refuse(marked ? words.wrong : problem.detail);
    } finally {
      sending.set(false);
    }
  }

  /** @param {string} why */
  function refuse(why) {
    failed.set(why);
    queueMicrotask(() => {
      const first = made.querySelector("[aria-invalid=true]");
      if (first instanceof HTMLElement) first.focus();
    });
  }
  return made;
}

/**
 * What the server says of single fields that the form has.
 * @param {api.ApiError} problem
 * @param {HTMLFormElement} made
 */
function beside(problem, made) {
  const named = problem.errors.map(
    (it) => /** @type {const} */ ([it.field.replace(/[[.].*/, ""), it.message]),
  );
  return Object.fromEntries(named.filter(([name]) => made.elements.namedItem(name)));
}
