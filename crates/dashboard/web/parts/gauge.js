// The load of an agent: ten segments with ticks at 70 and 90 %, and the slots in words.

import { h } from "../core/dom.js";
import { text } from "../core/text.js";

const SEGMENTS = 10;

/**
 * @param {() => {load: number, load_level: string, current_missions: string[], max_concurrent: number}} agent
 */
export function loadGauge(agent) {
  const lit = () => Math.min(SEGMENTS, Math.round(agent().load * SEGMENTS));
  const slots = () =>
    text.agents.slots(agent().current_missions.length, agent().max_concurrent);
  const segments = Array.from({ length: SEGMENTS }, (_, at) =>
    h("span", { class: () => (at < lit() ? "segment lit" : "segment") }),
  );
  return h(
    "span",
    { class: () => `gauge load-${agent().load_level}` },
    h(
      "span",
      {
        class: "gauge-bar",
        role: "meter",
        "aria-label": text.agents.load,
        "aria-valuemin": 0,
        "aria-valuemax": () => Math.max(agent().max_concurrent, agent().current_missions.length),
        "aria-valuenow": () => agent().current_missions.length,
        "aria-valuetext": () => `${slots()}, ${agent().load_level}`,
      },
      ...segments,
    ),
    h("span", { class: "gauge-text" }, slots),
  );
}
