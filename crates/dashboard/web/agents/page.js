// The agents: a card for each.

import { signedOut } from "../core/api.js";
import { each, h } from "../core/dom.js";
import { exact } from "../core/format.js";
import { computed, effect, onCleanup, signal, untracked } from "../core/signal.js";
import { agents, agentsError, loadAgents, metrics } from "../core/store.js";
import { text } from "../core/text.js";
import { emptyState, errorState, skeleton } from "../parts/states.js";
import { agentCard } from "./card.js";

const words = text.agents;
/** A sign of life is no event: while somebody looks, it is asked for. */
const AGAIN = 10_000;

/** @typedef {import("../core/store.js").Agent} Agent */

export function agentsPage() {
  /** @type {Map<string, import("../core/signal.js").Signal<Agent>>} */
  const cards = new Map();
  const keys = signal(/** @type {string[]} */ ([]));
  effect(() => {
    const all = agents() ?? [];
    for (const agent of all) {
      const there = cards.get(agent.id);
      if (there) there.set(agent);
      else cards.set(agent.id, signal(agent));
    }
    // The order is that of names: a card does not move when its agent gets something to do.
    const next = [...all].sort((a, b) => a.name.localeCompare(b.name)).map((it) => it.id);
    if (next.join() !== untracked(keys).join()) keys.set(next);
  });
  const shut = computed(() => signedOut() === true);
  effect(() => {
    if (shut()) return;
    untracked(loadAgents);
    const again = setInterval(() => !document.hidden && loadAgents(), AGAIN);
    onCleanup(() => clearInterval(again));
  });
  const grid = h("ul", { class: "cards", "aria-label": words.label });
  each(grid, keys, (id) =>
    agentCard(/** @type {import("../core/signal.js").Signal<Agent>} */ (cards.get(id))),
  );
  const of = (/** @type {string} */ status) =>
    (agents() ?? []).filter((it) => it.status === status).length;
  const summary = computed(() =>
    words.summary((agents() ?? []).length, of("busy"), of("idle"), of("offline")),
  );
  const instead = () => {
    const error = agentsError();
    if (agents() === null)
      return error && error.status !== 401
        ? errorState(words.failed, error, loadAgents)
        : skeleton(words.loading, 4);
    return agents()?.length === 0
      ? emptyState(words.none, words.noneHint(exact(metrics()?.pending_missions)))
      : null;
  };
  return h(
    "section",
    { class: "agents" },
    h(
      "header",
      { class: "page-head" },
      h("h1", { tabindex: "-1" }, text.pages.agents),
      h("p", { class: "meta", role: "status" }, () => (agents() ? summary() : "")),
    ),
    grid,
    instead,
  );
}
