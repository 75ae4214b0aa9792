// The journal of a mission.

import * as api from "../core/api.js";
import { eachValue, h, when } from "../core/dom.js";
import { absolute, clock, cost, count, duration, percent, visible } from "../core/format.js";
import { signal } from "../core/signal.js";
import { agentName } from "../core/store.js";
import { text } from "../core/text.js";
import { loaded, loadedView } from "../parts/loaded.js";
import { button } from "../parts/states.js";

const words = text.detail;
const PAGE = 200;

/**
 * @param {import("../core/signal.js").Signal<import("../core/store.js").Mission>} m
 * @param {() => number} changed
 */
export function eventsPanel(m, changed) {
  const id = m.peek().id;
  const pages = signal(1);
  const ask = async (/** @type {AbortSignal} */ stop) => {
    /** @type {any[]} */
    const events = [];
    let cursor = "";
    for (let page = 0; page < pages.peek(); page += 1) {
      const answer = await api.get(
        `/api/missions/${id}/events?limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        stop,
      );
      events.push(...answer.events);
      cursor = answer.next_cursor ?? "";
      if (!cursor) break;
    }
    return { events, more: cursor !== "" };
  };
  const source = loaded(() => [changed(), pages()], ask);
  return h(
    "div",
    {},
    loadedView(source, words.tabs.events, (found) => {
      const list = h("ol", { class: "events", hidden: () => found().events.length === 0 });
      eachValue(list, () => found().events, line);
      return h(
        "div",
        {},
        when(
          () => found().events.length === 0,
          () => h("p", { class: "state" }, words.noEvents),
        ),
        list,
        when(
          () => found().more,
          () => button(text.list.more, () => pages.set(pages.peek() + 1)),
        ),
      );
    }),
  );
}

/** @param {Record<string, any>} event */
function line(event) {
  const moved = event.from !== event.to && event.from ? `${event.from} → ${event.to}` : null;
  const facts = [
    moved,
    event.type === "mission_progressed" ? percent(event.progress) : null,
    event.tokens ? `${count(event.tokens)} tokens` : null,
    event.cost ? cost(event.cost) : null,
    event.duration ? duration(event.duration) : null,
    // That it was cancelled, its word says already.
    event.failure_class === "cancelled" ? null : event.failure_class?.replaceAll("_", " "),
    event.reason && visible(event.reason),
  ].filter(Boolean);
  return h(
    "li",
    { class: "event" },
    h("time", { datetime: event.at, title: absolute(event.at) }, clock(event.at)),
    h("span", { class: "event-word" }, event.type.replace("mission_", "").replaceAll("_", " ")),
    h("span", { class: "meta" }, () => [...facts, ...people(event)].join(" · ")),
  );
}

/**
 * Whose attempt it is, and who asked where that is somebody else.
 *
 * @param {Record<string, any>} event
 */
function people({ agent, actor }) {
  const names = agent ? [agentName(agent)] : [];
  if (actor?.type === "principal") names.push(words.by(visible(actor.name)));
  if (actor?.type === "agent" && actor.id !== agent) names.push(words.by(agentName(actor.id) ?? ""));
  if (actor?.type === "system") names.push(words.bySystem);
  return names;
}
