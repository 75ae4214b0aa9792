// What stands around every page.

import * as api from "../core/api.js";
import { h, mark, when } from "../core/dom.js";
import { exact } from "../core/format.js";
import { place } from "../core/router.js";
import { agents, metrics } from "../core/store.js";
import { text } from "../core/text.js";
import { button } from "../parts/states.js";
import { connectionState, connectionStrip, online, pauseButton } from "./connection.js";
import { counters } from "./counters.js";
import { openSheet, prefix } from "./keys.js";
import { themeButton } from "./theme.js";
import { toast, toastRegion } from "./toasts.js";

/** @param {Node} page */
export function shell(page) {
  return [
    h("a", { class: "skip", href: "#content", onclick: skip }, "Skip to content"),
    h(
      "header",
      { class: "top" },
      h(
        "a",
        { class: "brand", href: "/missions" },
        h("span", { "aria-hidden": "true" }, "▌"),
        text.product,
      ),
      connectionState(),
      h("span", { class: "top-space" }),
      pauseButton(),
      themeButton(),
      button("?", openSheet, {
        class: "button button-quiet",
        "aria-label": text.shell.shortcuts,
        "aria-keyshortcuts": "?",
      }),
    ),
    h(
      "nav",
      { class: "side", "aria-label": text.shell.main },
      item("missions", "/missions", "list", () => exact(metrics()?.total_missions)),
      item("agents", "/agents", "agents", () =>
        agents() === null ? "" : String(agents()?.length),
      ),
      h("span", { class: "side-space" }),
      h(
        "button",
        { type: "button", class: "side-item side-out", onclick: signOut },
        mark("out"),
        h("span", {}, text.shell.signOut),
      ),
    ),
    h(
      "main",
      { id: "content", tabindex: "-1", "data-stale": () => !online() },
      connectionStrip(),
      counters(),
      page,
    ),
    toastRegion(),
    when(prefix, (key) => h("p", { class: "prefix", "aria-hidden": "true" }, `${key} …`)),
  ];
}

/**
 * @param {"missions" | "agents"} page
 * @param {string} href
 * @param {string} sign
 * @param {() => string} number
 */
function item(page, href, sign, number) {
  const current = () => place().page === page;
  return h(
    "a",
    { class: "side-item", href, "aria-current": () => (current() ? "page" : null) },
    mark(sign),
    h("span", {}, text.pages[page]),
    h("span", { class: "side-count", "aria-hidden": "true" }, number),
  );
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

async function signOut() {
  try {
    await api.post("/api/logout");
    api.departed();
  } catch (problem) {
    if (!(problem instanceof api.ApiError)) throw problem;
    toast(problem.detail, { error: true });
  }
}
