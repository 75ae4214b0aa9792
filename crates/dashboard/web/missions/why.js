// Why a pending mission waits: every gate, its place in the queue, its earliest start.

import * as api from "../core/api.js";
import { eachValue, h, mark } from "../core/dom.js";
import { absolute, shortId, visible } from "../core/format.js";
import { within } from "../core/project.js";
import { missions } from "../core/router.js";
import { text } from "../core/text.js";
import { loaded, loadedView } from "../parts/loaded.js";

/**
 * @typedef {{type: string, id: string, href: string}} Blocker
 * @typedef {{gate: string, open: boolean, detail: string, until?: string, blocking: Blocker[]}} Gate
 */

const words = text.detail;

/**
 * @param {import("../core/signal.js").Signal<import("../core/store.js").Mission>} m
 * @param {() => number} changed
 */
export function whyPanel(m, changed) {
  const id = m.peek().id;
  const source = loaded(
    () => [changed(), m().revision],
    (stop) => api.get(`/api/missions/${id}/explain`, stop),
  );
  return h(
    "div",
    { class: "why" },
    loadedView(source, words.why, (explain) =>
      h(
        "div",
        {},
        h("p", {}, () => sentence(m(), explain())),
        gates(() => explain().gates),
      ),
    ),
  );
}

/**
 * @param {import("../core/store.js").Mission} mission
 * @param {{ready: boolean, position?: number | null, earliest_at?: string | null}} explain
 */
function sentence(mission, { ready, position, earliest_at }) {
  const parts = [
    mission.kind === "external" ? words.external : ready ? words.ready : null,
    position !== null && position !== undefined ? words.position(position) : null,
    earliest_at ? words.earliest(absolute(earliest_at)) : null,
  ];
  return parts.filter(Boolean).join(" ");
}

/**
 * What is closed stands in sight; the rest is there for whoever asks.
 * @param {() => Gate[]} all
 */
function gates(all) {
  const open = () => all().filter((it) => it.open);
  const [shut, passed] = [h("ul", { class: "gates" }), h("ul", { class: "gates" })];
  eachValue(shut, () => all().filter((it) => !it.open), gate);
  eachValue(passed, open, gate);
  return h(
    "div",
    {},
    shut,
    h(
      "details",
      { class: "gates-open", hidden: () => open().length === 0 },
      h("summary", {}, () => words.openGates(open().length)),
      passed,
    ),
  );
}

/** @param {Gate} it */
function gate(it) {
  const links = it.blocking.map((on) =>
    on.type === "mission"
      ? h("a", { href: missions(on.id), title: on.id }, shortId(on.id))
      : // What has no page of its own yet is shown as the API tells it.
        h("a", { href: within(on.href), target: "_blank", rel: "noreferrer" }, visible(on.id)),
  );
  return h(
    "li",
    { class: it.open ? "gate gate-open" : "gate gate-closed" },
    mark(it.open ? "completed" : "gate"),
    h("span", { class: "gate-name" }, it.gate.replaceAll("_", " ")),
    h(
      "span",
      { class: "gate-detail" },
      told(it),
      ...links.flatMap((link) => [" ", link]),
    ),
  );
}

/** What it says, with its instant as the page writes one. @param {Gate} it */
function told(it) {
  if (!it.until) return visible(it.detail);
  const at = absolute(it.until);
  return it.detail.includes(it.until)
    ? visible(it.detail.replace(it.until, at))
    : `${visible(it.detail)} ${words.until(at)}`;
}
