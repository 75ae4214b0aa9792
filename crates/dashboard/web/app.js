// The start: who is there, what the page shows, and what keeps it true.

import * as api from "./core/api.js";
import { startClock } from "./core/clock.js";
import { h, mount, when } from "./core/dom.js";
import { visible } from "./core/format.js";
import { connectNow, disconnect, startLive } from "./core/live.js";
import { go, place, startRouter } from "./core/router.js";
import { effect, scoped } from "./core/signal.js";
import { mission, take } from "./core/store.js";
import { text } from "./core/text.js";
import { agentsPage } from "./agents/page.js";
import { missionsPage } from "./missions/page.js";
import { shell } from "./shell/shell.js";
import { signIn, signInNote } from "./shell/signin.js";
import { startKeys } from "./shell/keys.js";

const PAGES = { missions: missionsPage, agents: agentsPage, enter: () => h("div", {}) };

async function start() {
  startClock();
  startLive(take);
  if (place.peek().page === "enter") await enter();
  scoped(show);
  startRouter();
  startKeys();
}

/** Trades the code behind the `#` for a session; it stays in no history. */
async function enter() {
  const code = location.hash.slice(1);
  history.replaceState(null, "", "/enter");
  try {
    if (code) await api.post("/api/login", { code });
  } catch (problem) {
    if (!(problem instanceof api.ApiError)) throw problem;
    signInNote.set(problem.detail);
  }
  go("/missions", { replace: true });
}

function show() {
  const page = h(
    "div",
    { class: "page" },
    when(
      () => place().page,
      (name) => PAGES[name](),
    ),
  );
  mount(document.body, ...shell(page), signIn(entered));
  effect(() => {
    const { page: name, mission: id } = place();
    const title = id ? visible(mission(id)?.().title ?? "") : "";
    document.title = text.title(
      ...[title, name === "agents" ? text.pages.agents : text.pages.missions].filter(Boolean),
    );
  });
  let before = place.peek().page;
  effect(() => {
    if (place().page === before) return;
    before = place().page;
    queueMicrotask(() => document.querySelector("h1")?.focus());
  });
  // The first answer of the API says whether anybody is signed in.
  effect(() => {
    if (api.signedOut() === false) connectNow();
    else if (api.signedOut() === true) disconnect();
  });
}

function entered() {
  signInNote.set("");
  api.arrived();
}

start();
