// Who is signed in, and what they may do where.

import { h, when } from "../core/dom.js";
import { visible } from "../core/format.js";
import { me } from "../core/me.js";
import { text } from "../core/text.js";
import { panel } from "./panel.js";

const words = text.account.you;

export function youPanel() {
  return panel("you", words.title, null, when(me, facts));
}

/** @param {import("../core/me.js").Me} who */
function facts(who) {
  const roles = Object.entries(who.projects).map(([project, role]) =>
    fact(words.in(project), text.roles[role]),
  );
  if (who.role) roles.unshift(fact(words.everywhere, text.roles[who.role]));
  return h(
    "dl",
    { class: "facts facts-wide" },
    fact(words.name, visible(who.name)),
    fact(words.login, h("code", {}, who.principal)),
    fact(words.with, who.no_auth ? words.kinds.none : words.kinds[who.session ? "session" : "token"]),
    ...(roles.length > 0 ? roles : [h("p", { class: "note" }, words.nowhere)]),
  );
}

/** @param {string} name @param {import("../core/dom.js").Child} value */
const fact = (name, value) => h("div", { class: "fact" }, h("dt", {}, name), h("dd", {}, value));
