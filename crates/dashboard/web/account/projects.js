// The projects that somebody sees, and who belongs to those that they run.

import * as api from "../core/api.js";
import { eachValue, h, when } from "../core/dom.js";
import { isAdministrator, me } from "../core/me.js";
import { choose, project } from "../core/project.js";
import { text } from "../core/text.js";
import { openDialog } from "../parts/dialog.js";
import { field } from "../parts/field.js";
import { form } from "../parts/form.js";
import { loaded, loadedView } from "../parts/loaded.js";
import { button } from "../parts/states.js";
import { projects as known } from "../shell/projects.js";
import { toast } from "../shell/toasts.js";
import { openMembers } from "./members.js";
import { panel, signedInAnew } from "./panel.js";

/** @typedef {import("../shell/projects.js").Project} Project */

const words = text.account.projects;

export function projectsPanel() {
  const source = loaded(signedInAnew(), async (stop) => {
    const { projects } = await api.get("/api/projects", stop);
    known.set(projects);
    return /** @type {Project[]} */ (projects);
  });
  const here = () => project() ?? me()?.project;
  return panel(
    "projects",
    words.title,
    when(isAdministrator, () => button(words.add, () => openNewProject(source.load))),
    loadedView(source, words.what, (projects) => {
      const list = h("ul", { class: "records", "aria-label": words.title });
      eachValue(list, projects, (it) => record(it, it.id === here()));
      return h("div", {}, list, () =>
        projects().length === 0 ? h("p", { class: "meta" }, text.account.you.nowhere) : null,
      );
    }),
  );
}

/** @param {Project} it @param {boolean} here */
function record(it, here) {
  return h(
    "li",
    { class: "record", "data-project": it.id },
    h(
      "div",
      { class: "record-what" },
      h("strong", {}, it.id),
      h("span", { class: "meta" }, it.role ? text.roles[it.role] : ""),
    ),
    here ? h("span", { class: "tag" }, words.here) : null,
    it.role === "admin"
      ? button(words.members, () => openMembers(it.id), {
          class: "button button-small",
          "aria-label": words.membersOf(it.id),
        })
      : null,
    here
      ? null
      : button(words.open, () => choose(it.id), {
          class: "button button-small",
          "aria-label": words.openOne(it.id),
        }),
  );
}

/** @param {() => unknown} changed */
function openNewProject(changed) {
  const name = h("input", {
    class: "input",
    name: "id",
    maxlength: "64",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    autofocus: true,
  });
  openDialog(words.adding, (close) => [
    form({
      submit: words.create,
      actions: [button(words.cancel, close)],
      fields: (errors) => [field("id", words.id, name, errors, words.idHint, "project")],
      check: (given) =>
        /** @type {Record<string, string>} */ (
          given("id").trim() === "" ? { id: text.form.needed } : {}
        ),
      send: async (given) => {
        const id = given("id").trim();
        await api.post("/api/projects", { id });
        toast(words.added(id));
        close();
        changed();
      },
    }),
  ]);
}
