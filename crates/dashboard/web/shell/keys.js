// Keys. A single key acts only where nothing is being typed, and can be switched off altogether.

import { h } from "../core/dom.js";
import { togglePause } from "../core/live.js";
import { may } from "../core/me.js";
import { go, missions, place } from "../core/router.js";
import { signal } from "../core/signal.js";
import { text } from "../core/text.js";
import { openNewMission } from "../missions/new.js";
import { openDialog } from "../parts/dialog.js";
import { nextTheme } from "./theme.js";

const STORED = "mission-control-single-keys";
/** A second key has to follow the first so soon. */
const SEQUENCE = 1_500;

const single = signal(localStorage.getItem(STORED) !== "off");
/** The first key of a sequence that waits for its second. */
export const prefix = signal("");
/** @type {ReturnType<typeof setTimeout> | undefined} */
let forgetting;

/** @type {Record<string, () => unknown>} */
const KEYS = {
  "/": () => focusSearch(),
  n: () => may("operator") && openNewMission(),
  "?": openSheet,
  L: togglePause,
  T: nextTheme,
};
/** @type {Record<string, () => void>} */
const PLACES = {
  m: () => go("/missions"),
  a: () => go("/agents"),
  ",": () => go("/account"),
};

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open], .login")) return;
    const field = isField(event.target);
    if (event.key === "Escape") return escape(field);
    if (field || !single.peek()) return;
    const act = prefix.peek() === "g" ? PLACES[event.key] : KEYS[event.key];
    expect("");
    if (act) {
      event.preventDefault();
      act();
    } else if (event.key === "g") expect("g");
    else if (event.key.length === 1)
      document.dispatchEvent(new CustomEvent("mission-control-key", { detail: event.key }));
  });
}

/** @param {string} key */
function expect(key) {
  clearTimeout(forgetting);
  prefix.set(key);
  if (key) forgetting = setTimeout(() => prefix.set(""), SEQUENCE);
}

/** @param {HTMLElement | null} field */
function escape(field) {
  if (field) return field.blur();
  const { mission } = place.peek();
  if (!mission) return;
  go(missions(null));
  queueMicrotask(() => {
    const row = document.querySelector(`a.row[data-id="${CSS.escape(mission)}"]`);
    if (row instanceof HTMLElement) row.focus();
  });
}

function focusSearch() {
  if (place.peek().page !== "missions" || place.peek().mission) go(missions(null));
  queueMicrotask(() => {
    const input = document.querySelector(".search-input");
    if (input instanceof HTMLInputElement) input.select();
  });
}

export function openSheet() {
  const keep = (/** @type {Event} */ event) => {
    single.set(/** @type {HTMLInputElement} */ (event.target).checked);
    localStorage.setItem(STORED, single.peek() ? "on" : "off");
  };
  openDialog(text.keys.title, () => [
    h(
      "dl",
      { class: "keys" },
      ...text.keys.rows.map(([keys, what]) =>
        h(
          "div",
          {},
          h(
            "dt",
            {},
            ...keys
              .split(" ")
              .filter(Boolean)
              .map((key) => h("kbd", {}, key)),
          ),
          h("dd", {}, what),
        ),
      ),
    ),
    h(
      "label",
      { class: "check" },
      h("input", { type: "checkbox", checked: single.peek(), onchange: keep }),
      h("span", {}, text.keys.single),
    ),
  ]);
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function isField(target) {
  const typed =
    target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");
  return typed ? /** @type {HTMLElement} */ (target) : null;
}
