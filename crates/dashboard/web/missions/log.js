// The log of a mission: all of it, then what comes. At its end it follows; looking up stops that.

import * as api from "../core/api.js";
import { h, when } from "../core/dom.js";
import { absolute, clock, exact, visible } from "../core/format.js";
import { follow } from "../core/live.js";
import { computed, effect, onCleanup, signal, untracked } from "../core/signal.js";
import { onEvent } from "../core/store.js";
import { text } from "../core/text.js";
import { button, errorState } from "../parts/states.js";

/** @typedef {{n: number, at: string, level: string, text: string}} Line */

const words = text.log;
const PAGE = 1_000;
/** Lines that stay on the screen; the API has the rest. */
const MOST_LINES = 5_000;
/** So near to its end a log counts as being read there. */
const NEAR = 24;
const LEVELS = ["debug", "info", "warn", "error"];

/** @param {import("../core/signal.js").Signal<import("../core/store.js").Mission>} m */
export function logPanel(m) {
  const { id } = m.peek();
  const level = signal("debug");
  const atEnd = signal(true);
  const halted = signal(false);
  const unread = signal(0);
  const number = signal(0);
  const dropped = signal(0);
  const error = signal(/** @type {api.ApiError | null} */ (null));
  const running = computed(() => m().status === "running");
  let after = 0;
  /** @type {Promise<void>} */
  let reading = Promise.resolve();
  let stop = new AbortController();
  const lines = h("div", { class: "log-lines" });
  const box = h(
    "div",
    {
      class: "log",
      role: "log",
      "aria-label": words.label,
      "aria-live": "off",
      tabindex: "0",
      onscroll: scrolled,
    },
    lines,
  );

  function scrolled() {
    atEnd.set(box.scrollHeight - box.scrollTop - box.clientHeight < NEAR);
    if (atEnd.peek()) unread.set(0);
  }

  function toEnd() {
    atEnd.set(true);
    unread.set(0);
    box.scrollTop = box.scrollHeight;
  }

  /** @param {Line[]} more */
  function append(more) {
    if (more.length === 0) return;
    lines.append(...more.map(line));
    number.set(number.peek() + more.length);
    while (lines.childElementCount > MOST_LINES) {
      lines.firstElementChild?.remove();
      dropped.set(dropped.peek() + 1);
    }
    if (atEnd.peek()) box.scrollTop = box.scrollHeight;
    else unread.set(unread.peek() + more.length);
  }

  /** One at a time, so that no line comes twice. */
  const read = () => (reading = reading.then(readOn));

  /** @param {Line[]} told */
  function grown(told) {
    if (halted.peek()) return;
    // After a break some come twice.
    const more = told.filter((it) => it.n > after);
    after = more.at(-1)?.n ?? after;
    const least = LEVELS.indexOf(level.peek());
    append(more.filter((it) => LEVELS.indexOf(it.level) >= least));
  }

  async function readOn() {
    const mine = stop;
    try {
      for (let full = true; full && !halted.peek();) {
        const page = await api.get(
          `/api/missions/${id}/logs?after=${after}&level=${level.peek()}&limit=${PAGE}`,
          mine.signal,
        );
        if (mine.signal.aborted) return;
        // What was told meanwhile is there already.
        append(page.lines.filter((/** @type {Line} */ it) => it.n > after));
        after = Math.max(after, page.next_after ?? 0);
        full = page.lines.length === PAGE;
      }
      error.set(null);
    } catch (problem) {
      if (mine.signal.aborted) return;
      if (!(problem instanceof api.ApiError)) throw problem;
      error.set(problem);
    }
  }

  // What is there is asked for; what comes then is told.
  let shown = "";
  effect(() => {
    if (level() !== shown) {
      shown = level();
      stop.abort();
      stop = new AbortController();
      after = 0;
      lines.replaceChildren();
      [number, unread, dropped].forEach((it) => it.set(0));
    }
    if (halted()) return;
    // Read once more when it has ended, for the last lines.
    const alive = running();
    let over = false;
    let end = () => {};
    untracked(read).then(() => {
      if (alive && !over) end = follow(`logs:${id}`, () => `logs:${id}:${after}`);
    });
    onCleanup(() => {
      over = true;
      end();
    });
  });
  onCleanup(
    onEvent((event) => event.type === "mission_log" && event.mission === id && grown(event.lines)),
  );
  onCleanup(() => stop.abort());

  const nothing = () =>
    number() > 0
      ? null
      : h(
          "p",
          { class: "state" },
          m().attempt === 0 ? words.notStarted : running() ? words.waiting : words.empty,
        );
  return h(
    "div",
    { class: "log-panel" },
    h(
      "div",
      { class: "log-bar" },
      h(
        "label",
        {},
        `${words.level} `,
        h(
          "select",
          {
            class: "input",
            onchange: (/** @type {Event} */ event) =>
              level.set(/** @type {HTMLSelectElement} */ (event.target).value),
          },
          ...LEVELS.map((word) =>
            h("option", { value: word }, word === "debug" ? words.all : `${word}+`),
          ),
        ),
      ),
      h("span", { class: "meta" }, () => words.lines(exact(number()))),
      h(
        "button",
        {
          type: "button",
          class: "button button-small",
          "aria-pressed": () => String(atEnd()),
          onclick: () => (atEnd.peek() ? atEnd.set(false) : toEnd()),
        },
        words.follow,
      ),
      h(
        "button",
        {
          type: "button",
          class: "button button-small",
          "aria-pressed": () => String(halted()),
          onclick: () => halted.set(!halted.peek()),
        },
        () => (halted() ? words.resume : words.pause),
      ),
    ),
    when(error, (problem) =>
      errorState(text.detail.panelFailed(words.label), /** @type {api.ApiError} */ (problem), read),
    ),
    () => (dropped() > 0 ? h("p", { class: "meta" }, words.dropped(dropped())) : null),
    h(
      "div",
      { class: "log-box" },
      box,
      when(
        () => unread() > 0,
        () => button(() => words.fresh(unread()), toEnd, { class: "pill log-pill" }),
      ),
    ),
    nothing,
  );
}

/** @param {Line} it */
function line(it) {
  return h(
    "div",
    { class: `log-line log-${it.level}`, id: `L${it.n}` },
    h("time", { class: "log-at", datetime: it.at, title: absolute(it.at) }, clock(it.at)),
    h("span", { class: "log-level" }, it.level),
    h("span", { class: "log-text" }, visible(it.text)),
  );
}
