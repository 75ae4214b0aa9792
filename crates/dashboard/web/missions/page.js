// The page of missions: the list, and beside it or instead of it the one that is open.

import { signedOut } from "../core/api.js";
import { each, h, when } from "../core/dom.js";
import { clock, exact } from "../core/format.js";
import { may } from "../core/me.js";
import { go, missions, place } from "../core/router.js";
import { computed, effect, onCleanup, untracked } from "../core/signal.js";
import { text } from "../core/text.js";
import { copyButton } from "../parts/copy.js";
import { button, emptyState, errorState, skeleton } from "../parts/states.js";
import { online } from "../shell/connection.js";
import { announce } from "../shell/toasts.js";
import { detail } from "./detail.js";
import { filterBar, withFilter } from "./filters.js";
import { MOST_ROWS, filtersOf, isFiltered, listing } from "./listing.js";
import { openNewMission } from "./new.js";
import { row } from "./row.js";

export function missionsPage() {
  const filters = computed(() => JSON.stringify(filtersOf(place().query)));
  const current = () => /** @type {import("./listing.js").Filters} */ (JSON.parse(filters()));
  const list = h("ul", { class: "rows", "aria-label": text.list.label });
  const data = listing(
    () => untracked(current),
    () => handOn(list),
  );
  const shut = computed(() => signedOut() === true);
  effect(() => {
    filters();
    // Whoever has to sign in first sees the list after that.
    if (!shut()) untracked(() => data.load(false));
  });
  // What failed while the server was away is asked for again when it is back.
  effect(() => {
    if (online() && untracked(data.error)) untracked(() => data.load(false));
  });
  each(list, data.ids, (id) => row(id, () => place().mission, current));
  effect(() => {
    if (data.waiting() > 0) announce(text.announce.created(data.waiting()));
  });
  const pill = when(
    () => data.waiting() > 0,
    () =>
      h(
        "button",
        { type: "button", class: "pill", onclick: data.showFresh, "aria-keyshortcuts": "Shift+." },
        () => `▲ ${text.list.fresh(data.waiting())}`,
      ),
  );
  const listView = h(
    "section",
    {
      class: "list",
      "aria-label": text.list.label,
      "aria-busy": () => String(data.loading() === "first"),
    },
    h(
      "header",
      { class: "page-head" },
      h("h1", { tabindex: "-1" }, text.pages.missions),
      h("p", { class: "meta list-count", role: "status" }, () => counted(data, current())),
      when(() => may("operator"), newButton),
    ),
    filterBar(current),
    h("div", { class: "rows-box" }, columns(), pill, list, () => foot(data, current())),
  );
  const keys = (/** @type {KeyboardEvent} */ event) => walk(event, list, data);
  document.addEventListener("mission-control-key", /** @type {EventListener} */ (keys));
  onCleanup(() =>
    document.removeEventListener("mission-control-key", /** @type {EventListener} */ (keys)),
  );
  return h(
    "div",
    { class: () => `missions${place().mission ? " missions-open" : ""}` },
    listView,
    when(() => place().mission, detail),
  );
}

const newButton = () =>
  h(
    "button",
    {
      type: "button",
      class: "button button-primary",
      onclick: openNewMission,
      "aria-keyshortcuts": "n",
    },
    text.list.newMission,
    h("kbd", { "aria-hidden": "true" }, "n"),
  );

/**
 * Whether somebody is about to use what is in the list: then nothing in it may move.
 * @param {HTMLElement} list
 */
function handOn(list) {
  const below = list.getBoundingClientRect().top < 0;
  const busy =
    list.matches(":hover") ||
    list.contains(document.activeElement) ||
    document.querySelector("dialog[open]") !== null;
  return below || busy;
}

/** @param {ReturnType<typeof listing>} data @param {import("./listing.js").Filters} filters */
function counted(data, filters) {
  const total = data.total();
  if (total === null || data.error()) return "";
  const number = `${exact(total)}${data.capped() ? "+" : ""}`;
  return isFiltered(filters) ? text.list.matches(number) : text.list.count(number, total);
}

function columns() {
  const { columns: names } = text.list;
  return h(
    "div",
    { class: "row columns", "aria-hidden": "true" },
    ...Object.entries(names).map(([key, name]) => h("span", { class: `cell c-${key}` }, name)),
  );
}

/**
 * What stands below the rows: more of them, or why there are none.
 * @param {ReturnType<typeof listing>} data
 * @param {import("./listing.js").Filters} filters
 */
function foot(data, filters) {
  const none = data.ids().length === 0;
  const error = data.error();
  if (error && error.status !== 401) {
    const since = data.loadedAt() > 0 ? text.list.showing(clock(data.loadedAt())) : "";
    return errorState(text.list.failed, error, () => data.load(false), since);
  }
  if (data.loading() === "first" && none) return skeleton(text.list.loading, 8, data.cancel);
  if (none) return isFiltered(filters) ? nothingMatches(filters) : firstRun();
  if (data.ids().length >= MOST_ROWS) return h("p", { class: "state" }, text.list.full);
  if (!data.next()) return h("p", { class: "rows-end meta" }, text.list.end);
  const busy = data.loading() === "more";
  return h(
    "p",
    { class: "rows-end" },
    button(busy ? text.list.loadingMore : text.list.more, () => data.load(true), {
      disabled: busy,
    }),
  );
}

function firstRun() {
  if (!may("operator")) return emptyState(text.list.firstRun, text.list.firstRunWatch);
  const curl = [
    `curl -X POST ${location.origin}/api/missions`,
    `-H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json'`,
    `-d '{"title": "Document Processing"}'`,
  ].join(" ");
  return emptyState(
    text.list.firstRun,
    text.list.firstRunHint,
    button(text.list.newMission, openNewMission, { class: "button button-primary" }),
    copyButton(curl, text.list.copyCurl, { class: "button" }),
  );
}

/** @param {import("./listing.js").Filters} filters */
function nothingMatches(filters) {
  const parts = [
    ["status", filters.status.join(",")],
    ["priority", filters.priority.join(",")],
    ["q", filters.q],
  ].filter(([, value]) => value !== "");
  const drop = parts.map(([name = "", value]) =>
    button(text.list.without(name === "q" ? `“${value}”` : `${name}:${value}`), () =>
      go(withFilter(name, "")),
    ),
  );
  return emptyState(
    text.list.noMatch,
    "",
    ...drop,
    button(text.list.clear, () => go("/missions")),
  );
}

/**
 * j and k: through the rows, or through the missions that the open one is followed by.
 * @param {any} event
 * @param {HTMLElement} list
 * @param {ReturnType<typeof listing>} data
 */
function walk(event, list, data) {
  const key = /** @type {string} */ (event.detail);
  if (key === ">") return data.showFresh();
  if (key !== "j" && key !== "k") return;
  const step = key === "j" ? 1 : -1;
  const open = place.peek().mission;
  const rows = data.ids.peek();
  if (open) {
    const next = rows[rows.indexOf(open) + step];
    if (next) go(missions(next), { replace: true });
    return;
  }
  const links = [...list.querySelectorAll("a.row")];
  const at = links.indexOf(/** @type {Element} */ (document.activeElement));
  const next = links[at === -1 ? (step === 1 ? 0 : links.length - 1) : at + step];
  if (next instanceof HTMLElement) next.focus();
}
