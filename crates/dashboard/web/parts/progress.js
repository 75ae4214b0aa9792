// How far a mission is: a bar, and the number beside it.

import { h } from "../core/dom.js";
import { percent } from "../core/format.js";

/** @typedef {import("../core/store.js").Mission} Mission */

/** A running mission that has not said how far it is. @param {Mission} mission */
const unknown = (mission) => mission.status === "running" && mission.progress === 0;

/**
 * @param {() => Mission} mission
 * @param {{label?: string}} [how] `label` makes it stand for itself; without one
 * it only shows what the text beside it says
 */
export function progress(mission, { label } = {}) {
  const value = () => (unknown(mission()) ? null : Math.floor(mission().progress));
  const spoken = label
    ? {
        role: "progressbar",
        "aria-label": label,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": value,
      }
    : { "aria-hidden": "true" };
  return h(
    "span",
    { class: () => `progress st-${mission().status === "pending" ? "queued" : mission().status}` },
    h(
      "span",
      { class: () => `bar${unknown(mission()) ? " bar-unknown" : ""}`, ...spoken },
      h("span", { class: "bar-fill", "--part": () => `${value() ?? 100}%` }),
    ),
    h("span", { class: "bar-text" }, () =>
      mission().status === "pending" && mission().progress === 0
        ? "–"
        : unknown(mission())
          ? "?"
          : percent(mission().progress),
    ),
  );
}
