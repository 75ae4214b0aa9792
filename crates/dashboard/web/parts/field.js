// A field of a form: its label, its control, and the words about it.

import { h } from "../core/dom.js";

/**
 * @param {string} name
 * @param {string} label
 * @param {HTMLElement} control
 * @param {import("../core/signal.js").Signal<Record<string, string>>} errors
 * @param {string} [hint]
 */
export function field(name, label, control, errors, hint) {
  const id = `new-${name}`;
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
