// One agent.

import * as api from "../core/api.js";
import { now } from "../core/clock.js";
import { each, h, mark } from "../core/dom.js";
import { absolute, age, percent, visible } from "../core/format.js";
import { may } from "../core/me.js";
import { missions } from "../core/router.js";
import { computed, signal } from "../core/signal.js";
import { askAgents, mission } from "../core/store.js";
import { text } from "../core/text.js";
import { loadGauge } from "../parts/gauge.js";
import { keepFocus } from "../parts/focus.js";
import { button } from "../parts/states.js";
import { online } from "../shell/connection.js";
import { alarm, toast } from "../shell/toasts.js";

const words = text.agents;
/** More missions or capabilities are counted, not listed. */
const LISTED = 2;
const TAGS = 1;
/** An agent that has not been heard of for so long has not been drained: it is lost. */
const SILENT = 45_000;
const MARKS = /** @type {Record<string, string>} */ ({
  idle: "idle",
  busy: "running",
  draining: "pause",
  disabled: "cancelled",
  offline: "stale",
});

/** @typedef {import("../core/store.js").Agent} Agent */

/** @param {import("../core/signal.js").Signal<Agent>} a */
export function agentCard(a) {
  const lost = () => a().status === "offline" && now() - Date.parse(a().last_active) > SILENT;
  const runs = () => a().completed + a().failed;
  const current = computed(() => a().current_missions.slice(0, LISTED).join(" "));
  // The agent brings the titles; one of a mission that is known may have been edited since.
  const title = (/** @type {string} */ id) =>
    mission(id)?.().title ?? a().current_titles[a().current_missions.indexOf(id)] ?? "";
  const list = h("ul", { class: "card-missions" });
  each(
    list,
    () => current().split(" ").filter(Boolean),
    (id) =>
      h(
        "li",
        {},
        h("a", { href: missions(id, new URLSearchParams()) }, () => visible(title(id))),
      ),
  );
  return h(
    "li",
    { class: () => `card agent agent-${a().status}`, "data-agent": () => a().name },
    h(
      "header",
      { class: "card-head" },
      h("h2", { title: () => visible(a().name) }, () => visible(a().name)),
      h(
        "span",
        { class: () => `agent-status status agent-st-${a().status}` },
        () => mark(MARKS[a().status] ?? "idle"),
        h(
          "span",
          { class: "status-word" },
          () =>
            lost() ? words.lost : words.status[/** @type {"idle"} */ (a().status)] ?? a().status,
        ),
      ),
      h(
        "span",
        {
          class: () => `tier tier-${a().tier.toLowerCase()}`,
          title: () => words.tierHint(a().tier.toLowerCase()),
        },
        () => a().tier,
      ),
    ),
    loadGauge(/** @type {() => any} */ (a)),
    h("div", { class: "card-work" }, list, () =>
      a().current_missions.length === 0
        ? h("p", { class: "meta" }, words.nothing)
        : a().current_missions.length > LISTED
          ? h("p", { class: "meta card-more" }, `+${a().current_missions.length - LISTED}`)
          : null,
    ),
    h(
      "p",
      { class: "card-line" },
      h(
        "span",
        { class: "card-runs", title: words.successHint },
        () => (runs() === 0 ? words.noRuns : words.success(percent(a().success_rate), runs())),
        () => (runs() === 0 ? "" : ` · ${words.done(a().completed)}`),
      ),
      h("span", { class: "meta card-seen", title: () => absolute(a().last_active) }, () =>
        words.seen(age(a().last_active, now())),
      ),
    ),
    h(
      "div",
      { class: "card-foot" },
      h("p", { class: "tags", title: () => a().capabilities.map(visible).join(", ") }, () =>
        [
          ...a().capabilities.slice(0, TAGS),
          ...(a().capabilities.length > TAGS ? [`+${a().capabilities.length - TAGS}`] : []),
        ].map((word) => h("span", { class: "tag" }, visible(word))),
      ),
      orders(a),
    ),
  );
}

/** @param {import("../core/signal.js").Signal<Agent>} a */
function orders(a) {
  const asked = signal("");
  /** @param {"drain" | "enable" | "disable"} order */
  async function give(order) {
    asked.set(order);
    try {
      const { agent } = await api.post(`/api/agents/${a.peek().id}/${order}`);
      a.set(agent);
      askAgents();
    } catch (problem) {
      if (!(problem instanceof api.ApiError)) throw problem;
      const why = text.actions.because(words[order], problem.detail);
      alarm(why);
      toast(why, { error: true });
    }
    asked.set("");
  }
  const open = computed(() =>
    !may("operator")
      ? ""
      : // One that has drained is offline too, and comes back only when it is enabled.
        ({ offline: "enable disable", disabled: "enable", draining: "enable" }[a().status] ??
        "drain disable"),
  );
  /** @type {HTMLElement | null} */
  let bar = null;
  bar = h(
    "p",
    { class: "card-actions", tabindex: "-1" },
    () => {
      keepFocus(() => bar);
      return /** @type {Array<"drain" | "enable" | "disable">} */ (
        open().split(" ").filter(Boolean)
      ).map((order) =>
        button(words[order], () => asked.peek() === "" && give(order), {
          class: "button button-small",
          // Not disabled while its answer is awaited: it would lose the focus.
          "aria-disabled": () => (asked() !== "" ? "true" : null),
          disabled: () => !online(),
        }),
      );
    },
    h("span", { class: "meta", role: "status" }, () =>
      asked() ? words.requested[/** @type {"drain"} */ (asked())] : "",
    ),
  );
  return bar;
}
