// One mission in the list: the whole row is the link to it.

import { now } from "../core/clock.js";
import { h } from "../core/dom.js";
import { UNKNOWN, absolute, age, cost, count, shortId, visible } from "../core/format.js";
import { missions } from "../core/router.js";
import { effect } from "../core/signal.js";
import { agentName, mission } from "../core/store.js";
import { text } from "../core/text.js";
import { priorityMark, shownStatus, statusBadge } from "../parts/marks.js";
import { progress } from "../parts/progress.js";
import { matches } from "./listing.js";

/** How long a change is pointed out; the style sheet takes it in three steps. */
const POINTED_OUT = 900;
/** At most one a second for a row: nothing flashes. */
const SELDOM = 1_000;

/** @typedef {import("../core/store.js").Mission} Mission */

/**
 * @param {string} id
 * @param {() => string | null} selected
 * @param {() => import("./listing.js").Filters} filters
 */
export function row(id, selected, filters) {
  const it = mission(id);
  if (!it) throw new Error(`the mission ${id} is not known`);
  const m = it;
  const gone = () => !matches(m(), filters());
  const title = () => visible(m().title);
  const errorLine = () => {
    const words = m().error_message;
    return words && m().status !== "completed"
      ? h("span", { class: "row-error" }, visible(words.split("\n")[0] ?? ""))
      : null;
  };
  const link = h(
    "a",
    {
      class: () => `row row-${shownStatus(m())}`,
      href: () => missions(id),
      "data-id": id,
      "data-status": () => m().status,
      "aria-current": () => (selected() === id ? "true" : null),
    },
    h("span", { class: "cell c-id", title: id }, shortId(id)),
    h(
      "span",
      { class: "cell c-title", title },
      h("span", { class: "row-title" }, title),
      errorLine,
      () => (gone() ? h("span", { class: "row-gone" }, text.list.noLonger) : null),
    ),
    h("span", { class: "cell c-status" }, statusBadge(m)),
    h(
      "span",
      { class: "cell c-priority" },
      priorityMark(() => /** @type {any} */ (m()).priority),
    ),
    h("span", { class: "cell c-progress" }, progress(m)),
    h("span", { class: "cell c-agent" }, () => agentName(m().agent_id) ?? UNKNOWN),
    h("span", { class: "cell c-tokens" }, () =>
      m().tokens_used > 0 ? count(m().tokens_used) : UNKNOWN,
    ),
    h("span", { class: "cell c-cost" }, () =>
      m().cost_estimate > 0 ? cost(m().cost_estimate) : UNKNOWN,
    ),
    h("span", { class: "cell c-age", title: () => absolute(m().created_at) }, () =>
      age(m().created_at, now()),
    ),
  );
  const item = h("li", { class: () => (gone() ? "row-item row-dim" : "row-item") }, link);
  pointOut(item, m);
  return item;
}

/**
 * Marks a row for a moment when its state, priority or agent changes; numbers that tick do not count.
 * @param {Element} item
 * @param {import("../core/signal.js").Signal<Mission>} m
 */
function pointOut(item, m) {
  let before = key(m.peek());
  let at = 0;
  effect(() => {
    const current = key(m());
    if (current === before) return;
    before = current;
    if (Date.now() - at < SELDOM) return;
    at = Date.now();
    item.classList.add("changed");
    setTimeout(() => item.classList.remove("changed"), POINTED_OUT);
  });
}

/** @param {Mission} m */
const key = (m) => `${m.status} ${m.priority} ${m.agent_id} ${m.held}`;
