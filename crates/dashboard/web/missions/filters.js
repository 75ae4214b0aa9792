// Chips, search and order of the list; what they say stands in the address.

import { h } from "../core/dom.js";
import { exact } from "../core/format.js";
import { go, missions, place } from "../core/router.js";
import { onCleanup } from "../core/signal.js";
import { metrics, priorities } from "../core/store.js";
import { text } from "../core/text.js";
import { mark } from "../core/dom.js";
import { NEWEST } from "./listing.js";

/** Typing pauses for so long before the list is asked for. */
const TYPING = 250;
const STATUSES = /** @type {const} */ (["pending", "running", "completed", "failed", "cancelled"]);
const PRIORITIES = /** @type {const} */ (["critical", "high", "medium", "low"]);
const LEVEL = { critical: 4, high: 3, medium: 2, low: 1 };

/**
 * The address with one filter changed; no mission stays open behind it.
 * @param {string} name
 * @param {string} value
 */
export function withFilter(name, value) {
  const query = new URLSearchParams(place.peek().query);
  if (value === "" || (name === "sort" && value === NEWEST)) query.delete(name);
  else query.set(name, value);
  return missions(null, query);
}

/** @param {() => import("./listing.js").Filters} filters */
export function filterBar(filters) {
  const toggle = (/** @type {"status" | "priority"} */ name, /** @type {string} */ word) => {
    const chosen = filters()[name];
    const next = chosen.includes(word) ? chosen.filter((it) => it !== word) : [...chosen, word];
    go(withFilter(name, next.join(",")));
  };
  const chip = (
    /** @type {"status" | "priority"} */ name,
    /** @type {string} */ word,
    /** @type {string} */ label,
    /** @type {() => number | undefined} */ number,
    /** @type {Node | null} */ sign,
  ) =>
    h(
      "button",
      {
        type: "button",
        class: `chip ${name === "status" ? `st-${word === "pending" ? "queued" : word}` : `pr-${word}`}`,
        "data-filter": `${name}:${word}`,
        "aria-pressed": () => String(filters()[name].includes(word)),
        onclick: () => toggle(name, word),
      },
      sign,
      label,
      h("span", { class: "chip-count" }, () => exact(number())),
    );
  const all = h(
    "button",
    {
      type: "button",
      class: "chip",
      "data-filter": "status:",
      "aria-pressed": () => String(filters().status.length === 0),
      onclick: () => go(withFilter("status", "")),
    },
    text.list.all,
    h("span", { class: "chip-count" }, () => exact(metrics()?.total_missions)),
  );
  return h(
    "div",
    { class: "filters" },
    h("div", { class: "filter-line" }, search(filters), order(filters)),
    h(
      "div",
      { class: "chips", role: "group", "aria-label": text.list.status },
      all,
      ...STATUSES.map((word) =>
        chip(
          "status",
          word,
          text.status[word],
          () => metrics()?.[`${word}_missions`],
          mark(word === "pending" ? "queued" : word),
        ),
      ),
    ),
    h(
      "div",
      { class: "chips", role: "group", "aria-label": text.list.priority },
      ...PRIORITIES.map((word) =>
        chip(
          "priority",
          word,
          text.priorityWord[word],
          () => priorities()[word],
          mark(`priority-${LEVEL[word]}`),
        ),
      ),
    ),
  );
}

/** @param {() => import("./listing.js").Filters} filters */
function search(filters) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  onCleanup(() => clearTimeout(typing));
  const input = h("input", {
    class: "input search-input",
    type: "search",
    name: "q",
    maxlength: "200",
    placeholder: text.list.search,
    "aria-label": text.list.search,
    "aria-keyshortcuts": "/",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(() => go(withFilter("q", input.value.trim()), { replace: true }), TYPING);
    },
    // What is being typed is the user's; the address follows it, not the other way round.
    ref: (/** @type {HTMLInputElement} */ it) => (it.value = filters().q),
  });
  const follow = () => {
    if (document.activeElement !== input) input.value = filters().q;
    return null;
  };
  return h(
    "form",
    {
      class: "search",
      role: "search",
      onsubmit: (/** @type {Event} */ event) => event.preventDefault(),
    },
    input,
    follow,
  );
}

/** @param {() => import("./listing.js").Filters} filters */
function order(filters) {
  const select = h(
    "select",
    {
      class: "input sort",
      "aria-label": text.list.sort,
      onchange: (/** @type {Event} */ event) =>
        go(withFilter("sort", /** @type {HTMLSelectElement} */ (event.target).value)),
    },
    ...Object.entries(text.list.sorts).map(([value, label]) =>
      h("option", { value, selected: () => filters().sort === value }, label),
    ),
  );
  return select;
}
