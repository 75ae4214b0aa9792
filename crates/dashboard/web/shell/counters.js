// The counters over every page: each leads to what it counts.

import { h } from "../core/dom.js";
import { UNKNOWN, cost, count, exact } from "../core/format.js";
import { agents, metrics } from "../core/store.js";
import { text } from "../core/text.js";

/**
 * @param {string} key
 * @param {string | null} href
 * @param {() => string} value
 * @param {() => string} [note]
 * @param {string} [tone]
 */
function card(key, href, value, note = () => "", tone = "") {
  const label = text.counters[/** @type {"running"} */ (key)];
  const inside = [
    h("span", { class: "counter-label" }, label),
    h(
      "span",
      { class: "counter-line" },
      h("span", { class: "counter-value", "data-counter": key }, value),
      h("span", { class: "counter-note" }, note),
    ),
  ];
  const kind = () => (tone && !/^[0–]/.test(value()) ? `counter ${tone}` : "counter");
  return h(
    "li",
    {},
    href ? h("a", { class: kind, href }, ...inside) : h("div", { class: kind }, ...inside),
  );
}

export function counters() {
  const of = (/** @type {string} */ key) => () => exact(metrics()?.[key]);
  const active = () =>
    agents()?.filter((it) => it.status === "busy" || it.status === "idle").length;
  const finished = () => (metrics()?.completed_missions ?? 0) + (metrics()?.failed_missions ?? 0);
  const rate = () =>
    finished() === 0 ? UNKNOWN : `${(metrics()?.finished_success_rate ?? 0).toFixed(1)} %`;
  return h(
    "section",
    { class: "counters", "aria-label": text.shell.overview },
    h(
      "ul",
      {},
      card(
        "running",
        "/missions?status=running",
        of("running_missions"),
        undefined,
        "tone-running",
      ),
      card("pending", "/missions?status=pending", of("pending_missions")),
      card("completed", "/missions?status=completed", of("completed_missions")),
      card("failed", "/missions?status=failed", of("failed_missions"), undefined, "tone-failed"),
      card("success", null, rate, () =>
        finished() === 0 ? "" : text.counters.finished(finished()),
      ),
      card(
        "agents",
        "/agents",
        () => (agents() === null ? UNKNOWN : `${active()}/${agents()?.length}`),
        () => (agents() === null ? "" : "active"),
      ),
      card("tokens", null, () => count(metrics()?.total_tokens)),
      card("cost", null, () => cost(metrics()?.total_cost)),
    ),
  );
}
