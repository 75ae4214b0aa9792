// What everybody on this server has to know, and what whoever is signed in should do soon.

import { h, when } from "../core/dom.js";
import { me } from "../core/me.js";
import { place } from "../core/router.js";
import { text } from "../core/text.js";

/** The bar over every page of a server that asks nobody who they are. */
export function openDoorBar() {
  return when(
    () => me()?.no_auth === true,
    () => h("p", { class: "open-door", role: "note" }, text.shell.openDoor),
  );
}

/** For somebody who came by a link that does not work twice; it stands where the link leads. */
export function passwordStrip() {
  const needed = () => me()?.has_password === false && place().page === "missions";
  return when(needed, () =>
    h(
      "div",
      { class: "password-strip" },
      h("p", {}, text.shell.noPassword),
      h("a", { class: "button", href: "/account" }, text.shell.setPassword),
    ),
  );
}
