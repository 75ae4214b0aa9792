// How the connection is: one word in the header, and a strip when there is trouble.

import { signedOut } from "../core/api.js";
import { now } from "../core/clock.js";
import { h, mark, when } from "../core/dom.js";
import { clock, span } from "../core/format.js";
import { connectNow, link, newBuild, paused, togglePause } from "../core/live.js";
import { computed, effect } from "../core/signal.js";
import { freshAt } from "../core/store.js";
import { text } from "../core/text.js";
import { button } from "../parts/states.js";
import { alarm, announce } from "./toasts.js";

/** Trouble that is over sooner is not worth a strip. */
const BLIP = 2_000;
/** Trouble that lasts longer is told aloud. */
const LOSS = 10_000;

/** Whether commands have anybody to go to. */
export const online = () =>
  link().state === "live" || link().state === "delayed" || link().state === "connecting";

const shown = () => (paused() !== null && online() ? "paused" : link().state);

export function connectionState() {
  const age = () =>
    shown() === "live" || shown() === "delayed"
      ? ` ${span(Math.max(0, now() - link().heard))}`
      : "";
  return h(
    "span",
    { class: () => `connection link-${shown()}` },
    () => mark(`link-${shown()}`),
    h("span", { role: "status" }, () => text.live[shown()]),
    h("span", { class: "connection-age", "aria-hidden": "true" }, age),
  );
}

export function pauseButton() {
  const label = () => (paused() === null ? text.live.pause : text.live.resume);
  return h(
    "button",
    {
      type: "button",
      class: "button button-quiet",
      onclick: togglePause,
      title: () => `${label()} (Shift L)`,
      "aria-label": label,
      "aria-pressed": () => String(paused() !== null),
      "aria-keyshortcuts": "Shift+L",
    },
    () => mark(paused() === null ? "pause" : "running"),
  );
}

export function connectionStrip() {
  const data = () => (freshAt() === 0 ? "–" : clock(freshAt()));
  const trouble = computed(
    () => !online() && signedOut() !== true && (now(), Date.now() - link().since > BLIP),
  );
  tell(trouble);
  const retrying = () => {
    const { tries, retryAt } = link();
    const seconds = Math.ceil((retryAt - (now(), Date.now())) / 1000);
    return retryAt > 0 && seconds > 0
      ? text.live.retrying(seconds, tries)
      : text.live.trying(tries);
  };
  return h(
    "div",
    { class: "strips" },
    when(
      () => trouble() && link().state,
      (state) =>
        h(
          "div",
          { class: `strip ${state === "offline" ? "hazard" : ""}` },
          h(
            "p",
            {},
            () =>
              state === "offline"
                ? text.live.since(clock(link().since), data())
                : text.live.stale(data()),
            " ",
            retrying,
          ),
          button(text.shell.now, connectNow),
        ),
    ),
    when(
      () => paused() !== null && online(),
      () =>
        h(
          "div",
          { class: "strip hazard" },
          h("p", {}, () => text.live.held(paused() ?? 0)),
          button(text.shell.resume, togglePause, { "aria-keyshortcuts": "Shift+L" }),
        ),
    ),
    when(newBuild, () =>
      h(
        "div",
        { class: "strip" },
        h("p", {}, text.live.newVersion),
        button(text.live.reload, () => location.reload()),
      ),
    ),
  );
}

/** @param {() => boolean} trouble */
function tell(trouble) {
  let told = false;
  effect(() => {
    if (trouble() && !told && (now(), Date.now() - link().since > LOSS)) {
      told = true;
      alarm(text.live.lost);
    } else if (!trouble() && told) {
      told = false;
      announce(text.live.back);
    }
  });
}
