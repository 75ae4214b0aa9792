// Who is signed in, and what they can do about it: a button that discloses a short list.

import { h, mark, when } from "../core/dom.js";
import { visible } from "../core/format.js";
import { me, roleIn } from "../core/me.js";
import { project } from "../core/project.js";
import { signal } from "../core/signal.js";
import { text } from "../core/text.js";
import { button } from "../parts/states.js";
import { signOut } from "./leave.js";
import { projectSwitch } from "./projects.js";
import { themeButton } from "./theme.js";

const words = text.shell;
const ID = "user-menu";

export function userMenu() {
  const open = signal(false);
  const opener = h(
    "button",
    {
      type: "button",
      class: "button button-quiet user-button",
      "aria-expanded": () => String(open()),
      "aria-controls": ID,
      "aria-label": () => words.account(visible(me()?.name ?? "")),
      onclick: () => open.set(!open.peek()),
    },
    mark("person"),
    h("span", { class: "user-name", "aria-hidden": "true" }, () => visible(me()?.name ?? "")),
  );
  const box = h(
    "div",
    {
      class: "user-box",
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Escape" || !open.peek()) return;
        event.preventDefault();
        event.stopPropagation();
        open.set(false);
        opener.focus();
      },
      onfocusout: (/** @type {FocusEvent} */ event) => {
        const to = event.relatedTarget;
        if (to instanceof Node && !box.contains(to)) open.set(false);
      },
    },
    opener,
    h("div", { id: ID, class: "user-menu", hidden: () => !open() }, when(me, list)),
  );
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !box.contains(event.target)) open.set(false);
  });
  return h(
    "div",
    { class: "user", onclick: (/** @type {Event} */ event) => left(event) && open.set(false) },
    when(
      () => me() !== null,
      () => box,
    ),
  );
}

/** Whether a click on something in the list leads elsewhere. @param {Event} event */
const left = (event) => event.target instanceof Element && event.target.closest("a") !== null;

/** @param {import("../core/me.js").Me} who */
function list(who) {
  const here = project() ?? who.project;
  const role = roleIn(who, here);
  return h(
    "div",
    { class: "user-list" },
    h(
      "p",
      { class: "user-who" },
      h("strong", {}, visible(who.name)),
      h("span", { class: "meta" }, words.roleHere(role ? text.roles[role] : "–", here)),
    ),
    h("div", { class: "narrow-only" }, projectSwitch(), themeButton()),
    h("a", { class: "user-item", href: "/account" }, text.pages.account),
    who.no_auth
      ? null
      : [
          button(words.signOut, () => signOut(false), { class: "user-item sign-out" }),
          button(words.signOutEverywhere, () => signOut(true), { class: "user-item" }),
        ],
  );
}
