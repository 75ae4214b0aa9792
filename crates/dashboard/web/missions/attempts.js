// The attempts of a mission.

import * as api from "../core/api.js";
import { eachValue, h, when } from "../core/dom.js";
import { UNKNOWN, absolute, clock, cost, count, duration, visible } from "../core/format.js";
import { agentName } from "../core/store.js";
import { text } from "../core/text.js";
import { loaded, loadedView } from "../parts/loaded.js";

const words = text.detail;

/**
 * @param {import("../core/signal.js").Signal<import("../core/store.js").Mission>} m
 * @param {() => number} changed
 */
export function attemptsPanel(m, changed) {
  const id = m.peek().id;
  const source = loaded(
    () => [changed(), m().attempt, m().status],
    (stop) => api.get(`/api/missions/${id}/attempts`, stop),
  );
  return h(
    "div",
    {},
    loadedView(source, words.tabs.attempts, (found) =>
      h(
        "div",
        {},
        when(
          () => found().attempts.length === 0,
          () => h("p", { class: "state" }, words.noAttempts),
        ),
        when(
          () => found().attempts.length > 0,
          () => table(() => found().attempts),
        ),
      ),
    ),
  );
}

/** @typedef {Record<string, any> & {attempt: number}} Attempt */

/** @param {() => Attempt[]} attempts */
function table(attempts) {
  const { no, agent, outcome, start, duration: took, tokens, cost: price } = words.columns;
  const rows = h("tbody", {});
  const lines = (/** @type {Attempt} */ it) =>
    it.error_message ? [it, { why: failure(it), of: it.attempt }] : [it];
  eachValue(
    rows,
    () => attempts().flatMap(lines),
    (it) => ("why" in it ? failed(it.why) : attempted(it)),
  );
  return h(
    "div",
    { class: "scroller", tabindex: "0", role: "region", "aria-label": words.tabs.attempts },
    h(
      "table",
      { class: "table" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...[no, agent, outcome, start, took, tokens, price].map((name) =>
            h("th", { scope: "col" }, name),
          ),
        ),
      ),
      rows,
    ),
  );
}

/** @param {Attempt} it */
function failure(it) {
  return `${it.failure_class ? `${it.failure_class}: ` : ""}${visible(it.error_message)}`;
}

/** @param {string} why */
const failed = (why) => h("tr", { class: "attempt-error" }, h("td", { colspan: "7" }, why));

/** @param {Attempt} it */
function attempted(it) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, String(it.attempt)),
    h("td", {}, () => agentName(it.agent_id) ?? visible(it.agent_type ?? UNKNOWN)),
    h("td", {}, it.outcome ?? words.underWay),
    h(
      "td",
      {},
      h(
        "time",
        { datetime: it.started_at, title: absolute(it.started_at) },
        clock(it.started_at),
      ),
    ),
    h("td", { class: "number" }, duration(it.duration)),
    h("td", { class: "number" }, it.tokens_used > 0 ? count(it.tokens_used) : UNKNOWN),
    h("td", { class: "number" }, it.cost_estimate > 0 ? cost(it.cost_estimate) : UNKNOWN),
  );
}
