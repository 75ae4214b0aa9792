// Dark, light, or whatever the system wants.

import { h } from "../core/dom.js";
import { signal } from "../core/signal.js";
import { text } from "../core/text.js";

const STORED = "mission-control-theme";
const THEMES = /** @type {const} */ (["system", "dark", "light"]);

const stored = localStorage.getItem(STORED);
const theme = signal(THEMES.find((it) => it === stored) ?? "system");

export function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme.peek()) + 1) % THEMES.length] ?? "system";
  theme.set(next);
  if (next === "system") {
    localStorage.removeItem(STORED);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(STORED, next);
    document.documentElement.dataset.theme = next;
  }
}

export function themeButton() {
  return h(
    "button",
    {
      type: "button",
      class: "button button-quiet theme-button",
      onclick: nextTheme,
      "aria-keyshortcuts": "Shift+T",
      title: `${text.shell.theme} (Shift T)`,
    },
    h("span", { class: "wide-only" }, `${text.shell.theme}: `),
    () => text.shell[theme()],
  );
}
