// What a mission is, what came of it, and what it waits for.

import { now } from "../core/clock.js";
import { h, when } from "../core/dom.js";
import {
  UNKNOWN,
  absolute,
  age,
  cost,
  count,
  duration,
  exact,
  shortId,
  span,
  visible,
} from "../core/format.js";
import { missions } from "../core/router.js";
import { agentName } from "../core/store.js";
import { text } from "../core/text.js";
import { copyButton } from "../parts/copy.js";
import { whyPanel } from "./why.js";

/** @typedef {import("../core/store.js").Mission} Mission */

const words = text.detail;
/** Longer values are cut on the screen; the copy has all of it. */
const SHOWN = 64 * 1024;
const OVER = ["completed", "failed", "cancelled"];

/** @param {import("../core/signal.js").Signal<Mission>} m @param {() => number} changed */
export function overviewPanel(m, changed) {
  return h(
    "div",
    { class: "overview" },
    when(
      () => m().status !== "completed" && m().error_message,
      (message) =>
        section(
          words.error,
          h("pre", { class: "block block-error", tabindex: "0" }, visible(String(message))),
        ),
    ),
    when(
      () => m().progress_message && m().status === "running" && m().progress_message,
      (message) => h("p", { class: "step" }, visible(String(message))),
    ),
    when(
      () => m().status === "pending",
      () => section(words.why, whyPanel(m, changed)),
    ),
    when(
      () => (m().result === null ? null : JSON.stringify(m().result)),
      () => json(words.result, () => m().result),
    ),
    when(
      () => m().description,
      (description) =>
        section(words.description, h("p", { class: "prose" }, visible(String(description)))),
    ),
    section(words.facts, facts(m)),
    when(
      () => m().input !== null,
      () => json(words.input, () => m().input),
    ),
    when(
      () => Object.keys(m().metadata ?? {}).length > 0,
      () => json(words.metadata, () => m().metadata),
    ),
  );
}

/** @param {string} title @param {...import("../core/dom.js").Child} children */
const section = (title, ...children) =>
  h("section", { class: "section" }, h("h3", {}, title), ...children);

/** @param {string} title @param {() => unknown} value */
function json(title, value) {
  const full = () => JSON.stringify(value(), null, 2);
  return section(
    title,
    h("pre", { class: "block", tabindex: "0" }, () => visible(full().slice(0, SHOWN))),
    copyButton(full(), text.list.copyCurl.replace(" curl", ""), { class: "button button-small" }),
  );
}

/** @param {import("../core/signal.js").Signal<Mission>} m */
function facts(m) {
  const { fields } = words;
  const running = () => m().status === "running";
  const took = () =>
    running() && m().started_at ? span(now() - Date.parse(m().started_at)) : duration(m().duration);
  const spent = () =>
    m().cost_estimate > 0
      ? OVER.includes(m().status)
        ? cost(m().cost_estimate)
        : words.estimate(cost(m().cost_estimate))
      : UNKNOWN;
  const tokens = () => {
    const { tokens_used: all, tokens_in: read, tokens_out: written } = m();
    if (!(all > 0)) return UNKNOWN;
    return read > 0 || written > 0 ? words.inOut(count(read), count(written)) : exact(all);
  };
  const link = (/** @type {string} */ id) => h("a", { href: missions(id), title: id }, shortId(id));
  return h(
    "dl",
    { class: "facts" },
    fact(fields.kind, () => m().kind),
    fact(fields.agent, () => agentName(m().agent_id)),
    fact(fields.agentType, () => m().agent_type),
    fact(fields.model, () => m().model_used),
    fact(fields.attempt, () => words.attemptOf(m().attempt, m().max_attempts)),
    fact(fields.duration, took),
    fact(fields.tokens, tokens),
    fact(fields.cost, spent),
    time(fields.created, () => m().created_at),
    time(fields.started, () => m().started_at),
    time(fields.completed, () => m().completed_at),
    time(fields.scheduled, () => m().scheduled_at),
    time(fields.expires, () => m().expires_at),
    time(fields.lease, () => m().lease_expires_at),
    fact(fields.failureClass, () => m().failure_class),
    fact(fields.complexity, () => m().complexity),
    fact(fields.timeout, () => (m().timeout_seconds ? duration(m().timeout_seconds) : null)),
    fact(fields.labels, () => m().labels.join(", ")),
    fact(fields.capabilities, () => m().required_capabilities.join(", ")),
    fact(fields.fairness, () => m().fairness_key),
    fact(fields.concurrency, () => m().concurrency_key),
    fact(fields.template, () => m().template),
    fact(fields.createdBy, () => m().created_by),
    fact(fields.project, () => m().project_id),
    when(
      () => m().parent_id,
      (id) => pair(fields.parent, link(String(id))),
    ),
    when(
      () => m().depends_on.join(" "),
      (ids) => (ids === "" ? null : pair(fields.dependsOn, ...String(ids).split(" ").map(link))),
    ),
  );
}

/** A fact that is known. @param {string} name @param {() => string | null | undefined} value */
const fact = (name, value) =>
  when(
    () => value() || null,
    () => pair(name, () => visible(value() ?? "")),
  );

/** @param {string} name @param {() => string | null} value */
function time(name, value) {
  return when(
    () => value() !== null && value() !== undefined,
    () => {
      const relative = () => {
        const ahead = Date.parse(value() ?? "") - now();
        return ahead > 0 ? words.inTime(span(ahead)) : words.ago(age(value(), now()));
      };
      return pair(
        name,
        h("time", { datetime: value }, () => absolute(value())),
        h("span", { class: "meta" }, " ", relative),
      );
    },
  );
}

/** @param {string} name @param {...import("../core/dom.js").Child} children */
const pair = (name, ...children) =>
  h("div", { class: "fact" }, h("dt", {}, name), h("dd", {}, ...children));
