// Tabs, after the pattern of the ARIA authoring practices: arrows move, the panel follows.

import { h, when } from "../core/dom.js";

/**
 * @param {string} label
 * @param {Array<{name: string, label: string}>} list
 * @param {() => string} chosen
 * @param {(name: string) => void} choose @param {(name: string) => Element} panel
 */
export function tabs(label, list, chosen, choose, panel) {
  const buttons = list.map(({ name, label: word }) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        class: "tab",
        id: `tab-${name}`,
        "aria-controls": "tab-panel",
        "aria-selected": () => String(chosen() === name),
        tabindex: () => (chosen() === name ? "0" : "-1"),
        onclick: () => choose(name),
      },
      word,
    ),
  );
  const move = (/** @type {KeyboardEvent} */ event) => {
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: buttons.length - 1 - at }[
      event.key
    ];
    if (step === undefined || at === -1) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    next?.focus();
    next?.click();
  };
  return h(
    "div",
    { class: "tabs" },
    h(
      "div",
      { class: "tab-list", role: "tablist", "aria-label": label, onkeydown: move },
      ...buttons,
    ),
    h(
      "div",
      {
        class: "tab-panel",
        role: "tabpanel",
        id: "tab-panel",
        "aria-labelledby": () => `tab-${chosen()}`,
        tabindex: "0",
      },
      when(chosen, panel),
    ),
  );
}
