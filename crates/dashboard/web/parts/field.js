// A field of a form: its label, its control, and the words about it.

import { h } from "../core/dom.js";
import { text } from "../core/text.js";

/**
 * @param {string} name
 * @param {string} label
 * @param {HTMLElement} control
 * @param {import("../core/signal.js").Signal<Record<string, string>>} errors
 * @param {string} [hint]
 * @param {string} [form] tells fields of the same name in one document apart
 */
export function field(name, label, control, errors, hint, form = "new") {
  const id = `${form}-${name}`;
  control.id = id;
  const describe = () => {
    const wrong = errors()[name];
    control.setAttribute("aria-invalid", String(wrong !== undefined));
    control.setAttribute("aria-describedby", `${id}-note`);
    return wrong ? h("span", { class: "field-error" }, wrong) : (hint ?? null);
  };
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    control,
    h("span", { class: "field-note", id: `${id}-note` }, describe),
  );
}

/** @param {string} name @param {Array<[string, string]>} options @param {string} chosen */
export function select(name, options, chosen) {
  return h(
    "select",
    { class: "input", name },
    ...options.map(([value, label]) => h("option", { value, selected: value === chosen }, label)),
  );
}

/**
 * A password: pasted, kept by managers, and shown on request.
 * @param {string} name
 * @param {string} label
 * @param {"current-password" | "new-password"} kind
 * @param {import("../core/signal.js").Signal<Record<string, string>>} errors
 * @param {{hint?: string, form: string}} how
 */
export function passwordField(name, label, kind, errors, { hint, form }) {
  const input = h("input", {
    class: "input",
    type: "password",
    name,
    autocomplete: kind,
    spellcheck: "false",
    autocapitalize: "none",
    required: true,
  });
  const shown = (/** @type {Event} */ event) =>
    (input.type = /** @type {HTMLInputElement} */ (event.target).checked ? "text" : "password");
  return h(
    "div",
    { class: "field" },
    field(name, label, input, errors, hint, form),
    h(
      "label",
      { class: "check" },
      h("input", { type: "checkbox", onchange: shown }),
      h("span", {}, text.form.show(label.toLowerCase())),
    ),
  );
}
