// The start: who is there, what the page shows, and what keeps it true.

import * as api from "./core/api.js";
import { startClock } from "./core/clock.js";
import { h, mount, when } from "./core/dom.js";
import { visible } from "./core/format.js";
import { connectNow, disconnect, link, startLive } from "./core/live.js";
import { askMe, me } from "./core/me.js";
import { loginAddress, wanted } from "./core/next.js";
import { go, place, startRouter } from "./core/router.js";
import { onTold, tellTabs } from "./core/session.js";
import { computed, effect, scoped } from "./core/signal.js";
import { mission, take } from "./core/store.js";
import { text } from "./core/text.js";
import { accountPage } from "./account/page.js";
import { agentsPage } from "./agents/page.js";
import { signInNote } from "./login/form.js";
import { signInAgain } from "./login/over.js";
import { loginPage } from "./login/page.js";
import { missionsPage } from "./missions/page.js";
import { shell } from "./shell/shell.js";
import { startKeys } from "./shell/keys.js";

const nothing = () => h("div", {});
const PAGES = {
  missions: missionsPage,
  agents: agentsPage,
  account: accountPage,
  enter: nothing,
  login: nothing,
};

async function start() {
  startClock();
  startLive(take, find);
  startRouter();
  if (place.peek().page === "enter") await enter();
  await find();
  onTold(find);
  scoped(show);
  startKeys();
}

/** Trades the code behind the `#` for a session; it stays in no history. */
async function enter() {
  const code = location.hash.slice(1);
  history.replaceState(null, "", "/enter");
  try {
    if (code) {
      await api.post("/api/login", { code });
      tellTabs();
    }
  } catch (problem) {
    if (!(problem instanceof api.ApiError)) throw problem;
    signInNote.set(problem.status === 401 ? text.signIn.spent : problem.detail);
  }
  go("/missions", { replace: true });
}

/** Finds out who is there. */
async function find() {
  try {
    if (await askMe()) api.arrived();
    else startAnew();
  } catch (problem) {
    if (!(problem instanceof api.ApiError)) throw problem;
    // What else is the matter, the page says itself; one that is open is kept under a sheet.
    const first = !document.querySelector(".shell, .login") && place.peek().page !== "login";
    if (problem.status === 401 && first) go(loginAddress(), { replace: true });
  }
}

/** Goes on after signing in; a problem is the form's to tell. */
async function entered() {
  if (await askMe()) api.arrived();
  else startAnew();
}

/** Somebody else is there: nothing that was shown is for them. */
function startAnew() {
  if (location.pathname === "/login") location.replace(wanted());
  else location.reload();
}

function show() {
  mount(
    document.body,
    when(
      () => place().page === "login",
      () => loginPage(entered),
    ),
    when(() => place().page !== "login", frame),
    signInAgain(entered),
  );
  effect(() => {
    const { page, mission: id } = place();
    const title = id ? visible(mission(id)?.().title ?? "") : "";
    document.title = text.title(...[title, text.pages[page]].filter(Boolean));
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
  effect(() => {
    if (place().page === "login" && api.signedOut() === false) go(wanted(), { replace: true });
  });
  const live = computed(() => link().state === "live");
  effect(() => {
    if (live() && me() === null) find();
  });
}

function frame() {
  const page = h(
    "div",
    { class: "page" },
    when(
      () => place().page,
      (name) => PAGES[name](),
    ),
  );
  return h("div", { class: "shell" }, ...shell(page));
}

addEventListener("pageshow", (event) => {
  // Emptied when somebody signed out, and brought back by the browser as it was.
  if (event.persisted && !document.querySelector(".shell, .login")) location.reload();
});

start();
