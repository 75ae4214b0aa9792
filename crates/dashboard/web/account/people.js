// Everybody who may sign in, for administrators.

import * as api from "../core/api.js";
import { eachValue, h } from "../core/dom.js";
import { visible } from "../core/format.js";
import { text } from "../core/text.js";
import { loaded, loadedView } from "../parts/loaded.js";
import { button, emptyState } from "../parts/states.js";
import { panel, signedInAnew } from "./panel.js";
import { openNewPerson, openPerson } from "./person.js";

/** @typedef {import("../core/me.js").Role} Role */
/**
 * @typedef {{
 *   login: string, name: string, role: Role | null, projects: Record<string, Role>,
 *   disabled: boolean, has_password: boolean, created_at: string,
 * }} User
 */

const words = text.account.people;

export function peoplePanel() {
  const source = loaded(
    signedInAnew(),
    async (stop) => /** @type {User[]} */ ((await api.get("/api/users", stop)).users),
  );
  return panel(
    "people",
    words.title,
    button(words.add, () => openNewPerson(source.load)),
    loadedView(source, words.what, (users) => {
      const list = h("ul", { class: "records", "aria-label": words.title });
      eachValue(list, users, (it) => record(it, () => openPerson(it, source.load)));
      return h("div", {}, list, () =>
        users().length === 0 ? emptyState(words.none, words.noneHint) : null,
      );
    }),
  );
}

/** @param {User} user @param {() => void} edit */
function record(user, edit) {
  const name = visible(user.name);
  return h(
    "li",
    { class: "record", "data-login": user.login },
    h(
      "div",
      { class: "record-what" },
      h("span", {}, h("strong", {}, name), " ", h("code", {}, user.login)),
      h("span", { class: "meta" }, held(user)),
    ),
    user.disabled ? h("span", { class: "tag tag-bad" }, words.keptOut) : null,
    user.has_password ? null : h("span", { class: "tag" }, words.noPassword),
    button(words.edit, edit, { class: "button button-small", "aria-label": words.editOne(name) }),
  );
}

/** What somebody may do, in words. @param {User} user */
function held(user) {
  const parts = Object.entries(user.projects).map(([project, role]) =>
    words.in(text.roles[role], project),
  );
  if (user.role) parts.unshift(words.everywhereIs(text.roles[user.role]));
  return parts.length > 0 ? parts.join(", ") : words.nothing;
}
