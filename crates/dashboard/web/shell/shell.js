// What stands around every page.

import { h, mark, when } from "../core/dom.js";
import { exact } from "../core/format.js";
import { place } from "../core/router.js";
import { agents, metrics } from "../core/store.js";
import { text } from "../core/text.js";
import { button } from "../parts/states.js";
import { openDoorBar, passwordStrip } from "./banners.js";
import { connectionState, connectionStrip, online, pauseButton } from "./connection.js";
import { counters } from "./counters.js";
import { openSheet, prefix } from "./keys.js";
import { projectSwitch, startProjects } from "./projects.js";
import { themeButton } from "./theme.js";
import { toastRegion } from "./toasts.js";
import { userMenu } from "./user_menu.js";

/** @param {Node} page */
export function shell(page) {
  startProjects();
  return [
    h("a", { class: "skip", href: "#content", onclick: skip }, "Skip to content"),
    h(
      "header",
      { class: "top" },
      openDoorBar(),
      h("div", { class: "top-line" }, ...topLine()),
    ),
    h(
      "nav",
      { class: "side", "aria-label": text.shell.main },
      item("missions", "/missions", "list", () => exact(metrics()?.total_missions)),
      item("agents", "/agents", "agents", () =>
        agents() === null ? "" : String(agents()?.length),
      ),
      h("span", { class: "side-space" }),
      item("account", "/account", "person", () => ""),
    ),
    h(
      "main",
      { id: "content", tabindex: "-1", "data-stale": () => !online() },
      connectionStrip(),
      passwordStrip(),
      counters(),
      page,
    ),
    toastRegion(),
    when(prefix, (key) => h("p", { class: "prefix", "aria-hidden": "true" }, `${key} …`)),
  ];
}

function topLine() {
  return [
    h(
      "a",
      { class: "brand", href: "/missions" },
      h("span", { "aria-hidden": "true" }, "▌"),
      text.product,
    ),
    connectionState(),
    h("span", { class: "top-space" }),
    h("div", { class: "wide-only" }, projectSwitch()),
    pauseButton(),
    themeButton(),
    button("?", openSheet, {
      class: "button button-quiet",
      "aria-label": text.shell.shortcuts,
      "aria-keyshortcuts": "?",
    }),
    userMenu(),
  ];
}

/**
 * @param {"missions" | "agents" | "account"} page
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
