// One mission from close by: beside the list where there is room, else instead of it.

import * as api from "../core/api.js";
import { h, when } from "../core/dom.js";
import { visible } from "../core/format.js";
import { go, missions, place } from "../core/router.js";
import { computed, effect, onCleanup, signal, untracked } from "../core/signal.js";
import { hold, learn, mission as known, onEvent, onResync, seldom } from "../core/store.js";
import { text } from "../core/text.js";
import { copy, copyButton } from "../parts/copy.js";
import { priorityMark, statusBadge } from "../parts/marks.js";
import { progress } from "../parts/progress.js";
import { button, emptyState, errorState, skeleton } from "../parts/states.js";
import { tabs } from "../parts/tabs.js";
import { actionBar } from "./actions.js";
import { attemptsPanel } from "./attempts.js";
import { eventsPanel } from "./events.js";
import { logPanel } from "./log.js";
import { overviewPanel } from "./overview.js";

const words = text.detail;
/** Attempts, events and gates are asked for again at most so often while the mission changes. */
const AGAIN = 1_000;
const TABS = /** @type {const} */ (["overview", "log", "attempts", "events"]);

/** @param {string} id */
export function detail(id) {
  const error = signal(/** @type {api.ApiError | null} */ (null));
  const there = signal(known(id) !== undefined);
  const load = async () => {
    error.set(null);
    try {
      learn((await api.get(`/api/missions/${encodeURIComponent(id)}`)).mission);
      there.set(true);
    } catch (problem) {
      if (!(problem instanceof api.ApiError)) throw problem;
      error.set(problem);
    }
  };
  const shut = computed(() => api.signedOut() === true);
  effect(() => {
    if (!shut()) untracked(load);
  });
  onCleanup(hold(() => [id]));
  onCleanup(onResync(load));
  const close = () => go(missions(null));
  const head = h("h2", { class: "detail-title", tabindex: "-1" }, () =>
    there() ? visible(known(id)?.().title ?? "") : words.label,
  );
  const body = () => {
    const problem = error();
    if (there()) return content(id);
    if (problem?.status === 404)
      return emptyState(words.missing(id), "", button(words.search, close));
    if (problem && problem.status !== 401) return errorState(text.list.failed, problem, load);
    return skeleton(words.loading, 6);
  };
  queueMicrotask(() => head.focus({ preventScroll: true }));
  return h(
    "aside",
    { class: "detail", "aria-label": words.label },
    h(
      "header",
      { class: "detail-head" },
      h("a", { class: "button button-quiet back", href: missions(null) }, `← ${words.back}`),
      head,
      h(
        "a",
        {
          class: "button button-quiet close",
          href: missions(null),
          "aria-label": words.close,
          "aria-keyshortcuts": "Escape",
        },
        "×",
      ),
    ),
    when(
      () => (there() ? "content" : `${error()?.status ?? "loading"}`),
      () => h("div", { class: "detail-body" }, body()),
    ),
  );
}

/** @param {string} id */
function content(id) {
  const mission =
    /** @type {import("../core/signal.js").Signal<import("../core/store.js").Mission>} */ (
      known(id)
    );
  const changed = signal(0);
  const touch = seldom(AGAIN, async () => changed.set(changed.peek() + 1));
  const ours = (/** @type {any} */ event) => event.mission === id && event.type !== "mission_log";
  onCleanup(onEvent((event) => ours(event) && touch()));
  onCleanup(onResync(touch));
  const { bar, ask } = actionBar(mission);
  const tab = computed(() => TABS.find((it) => it === place().query.get("tab")) ?? "overview");
  const choose = (/** @type {string} */ name) => {
    const query = new URLSearchParams(place.peek().query);
    if (name === "overview") query.delete("tab");
    else query.set("tab", name);
    go(missions(id, query), { replace: true });
  };
  const keys = (/** @type {any} */ event) => {
    const action = /** @type {const} */ ({ c: "cancel", r: "retry", y: "approve" })[
      /** @type {"c"} */ (event.detail)
    ];
    const button = action && bar.querySelector(`[data-action=${action}]:not([disabled])`);
    if (button) ask(action);
    if (event.detail === "b") copy(id);
  };
  document.addEventListener("mission-control-key", keys);
  onCleanup(() => document.removeEventListener("mission-control-key", keys));
  const panels = {
    overview: () => overviewPanel(mission, changed),
    log: () => logPanel(mission),
    attempts: () => attemptsPanel(mission, changed),
    events: () => eventsPanel(mission, changed),
  };
  return h(
    "div",
    {},
    h(
      "div",
      { class: "detail-line" },
      statusBadge(mission),
      priorityMark(() => /** @type {any} */ (mission()).priority),
      progress(mission, { label: words.progress }),
      copyButton(id, h("code", {}, id), { title: words.copyId }),
    ),
    bar,
    tabs(
      words.label,
      TABS.map((name) => ({ name, label: words.tabs[name] })),
      tab,
      choose,
      (name) => panels[/** @type {"log"} */ (name)](),
    ),
  );
}
