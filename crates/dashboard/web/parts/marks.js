// How the state and the priority of a mission look: a mark, a word and a colour, in this order.

import { instant, now } from "../core/clock.js";
import { h, mark } from "../core/dom.js";
import { span } from "../core/format.js";
import { text } from "../core/text.js";

/** @typedef {import("../core/store.js").Mission} Mission */
/**
 * @typedef {"queued"|"scheduled"|"running"|"waiting"|"retrying"|"completed"|"failed"|"dead"|"cancelled"} Shown
 */

/**
 * The word of the vocabulary for what a mission is doing.
 * @param {Mission} mission
 * @param {number} at
 * @returns {Shown}
 */
export function shownStatus(mission, at = instant()) {
  if (mission.status === "failed") return mission.dead_letter ? "dead" : "failed";
  if (mission.status !== "pending") return /** @type {Shown} */ (mission.status);
  if (mission.held) return "waiting";
  const later = mission.scheduled_at && Date.parse(mission.scheduled_at) > at;
  if (!later) return "queued";
  return mission.attempt > 0 ? "retrying" : "scheduled";
}

/** @param {() => Mission} mission */
export function statusBadge(mission) {
  const shown = () => shownStatus(mission(), now());
  const countdown = () => {
    const state = shown();
    if (state !== "retrying" && state !== "scheduled") return null;
    return `${span(Date.parse(mission().scheduled_at) - now())}`;
  };
  return h(
    "span",
    { class: () => `status st-${shown()}`, title: () => text.statusHint[shown()] },
    () => mark(shown()),
    h("span", { class: "status-word" }, () => text.status[shown()]),
    h("span", { class: "status-more" }, countdown),
    () => (shown() === "dead" ? h("span", { class: "unseen" }, ", dead letter") : null),
  );
}

const BARS = { low: 1, medium: 2, high: 3, critical: 4 };

/** Four bars and a word, without a box. @param {() => keyof typeof BARS} priority */
export function priorityMark(priority) {
  return h(
    "span",
    { class: () => `priority pr-${priority()}` },
    () => mark(`priority-${BARS[priority()] ?? 1}`),
    h("span", {}, () => text.priority[priority()] ?? priority()),
  );
}
