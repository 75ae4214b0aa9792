// Who somebody is here, how they come in, and, for those who may, everybody else.

import { h, when } from "../core/dom.js";
import { isAdministrator, me } from "../core/me.js";
import { signal } from "../core/signal.js";
import { text } from "../core/text.js";
import { skeleton } from "../parts/states.js";
import { passwordPanel } from "./password.js";
import { peoplePanel } from "./people.js";
import { projectsPanel } from "./projects.js";
import { sessionsPanel } from "./sessions.js";
import { tokensPanel } from "./tokens.js";
import { youPanel } from "./you.js";

export function accountPage() {
  return h(
    "section",
    { class: "account" },
    h("header", { class: "page-head" }, h("h1", { tabindex: "-1" }, text.pages.account)),
    when(
      () => (me() === null ? "asking" : "known"),
      (state) => (state === "known" ? panels() : skeleton(text.account.you.title, 6)),
    ),
  );
}

function panels() {
  const ended = signal(0);
  const endedOthers = () => ended.set(ended.peek() + 1);
  return h(
    "div",
    { class: "panels" },
    h(
      "div",
      { class: "panel-column" },
      youPanel(),
      passwordPanel(endedOthers),
      sessionsPanel(ended),
    ),
    h(
      "div",
      { class: "panel-column" },
      tokensPanel(),
      projectsPanel(),
      when(isAdministrator, peoplePanel),
    ),
  );
}
