// Who belongs to a project.

import * as api from "../core/api.js";
import { eachValue, h } from "../core/dom.js";
import { visible } from "../core/format.js";
import { text } from "../core/text.js";
import { openDialog } from "../parts/dialog.js";
import { field, select } from "../parts/field.js";
import { form } from "../parts/form.js";
import { loaded, loadedView } from "../parts/loaded.js";
import { button } from "../parts/states.js";
import { signedInAnew } from "./panel.js";
import { roleOptions } from "./person.js";

/**
 * @typedef {{
 *   login: string, name: string, role: import("../core/me.js").Role, everywhere: boolean,
 *   disabled: boolean,
 * }} Member
 */

const words = text.account.projects;
const FORM = "member";

/** @param {string} project */
export function openMembers(project) {
  openDialog(words.membersOf(project), () => [members(project)]);
}

/** @param {string} project */
function members(project) {
  const path = `/api/projects/${encodeURIComponent(project)}/members`;
  const of = (/** @type {string} */ login) => `${path}/${encodeURIComponent(login)}`;
  const source = loaded(
    signedInAnew(),
    async (stop) => /** @type {Member[]} */ ((await api.get(path, stop)).members),
  );
  const list = loadedView(source, words.members, (those) => {
    const rows = h("ul", { class: "records", "aria-label": words.members });
    eachValue(rows, those, (it) => record(it, change));
    return h("div", {}, rows, () =>
      those().length === 0 ? h("p", { class: "meta" }, words.noMembers) : null,
    );
  });

  /** @param {Member} member @param {string} role empty takes it away */
  async function change(member, role) {
    try {
      await (role === "" ? api.remove(of(member.login)) : api.put(of(member.login), { role }));
    } catch (problem) {
      if (!(problem instanceof api.ApiError)) throw problem;
      refused.textContent = problem.detail;
    }
    await source.load();
  }

  const refused = h("p", { class: "field-error", role: "alert" });
  return h(
    "div",
    { class: "form" },
    list,
    refused,
    form({
      label: words.put,
      submit: words.put,
      fields: (errors) => [
        h(
          "div",
          { class: "form-pair" },
          field("login", words.login, login(), errors, words.loginHint, FORM),
          field(
            "role",
            words.role,
            select("role", roleOptions(text.roleChoices), "viewer"),
            errors,
            undefined,
            FORM,
          ),
        ),
      ],
      check: (given) =>
        /** @type {Record<string, string>} */ (
          given("login").trim() === "" ? { login: text.form.needed } : {}
        ),
      send: async (given, made) => {
        await api.put(of(given("login").trim()), { role: given("role") });
        made.reset();
        await source.load();
      },
    }),
  );
}

const login = () =>
  h("input", {
    class: "input",
    name: "login",
    maxlength: "64",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
  });

/** @param {Member} member @param {(member: Member, role: string) => unknown} change */
function record(member, change) {
  const name = visible(member.name);
  const role = select("role", roleOptions(text.roles), member.role);
  role.setAttribute("aria-label", words.roleOf(name));
  role.addEventListener("change", () => change(member, role.value));
  return h(
    "li",
    { class: "record" },
    h(
      "div",
      { class: "record-what" },
      h("span", {}, h("strong", {}, name), " ", h("code", {}, member.login)),
      member.everywhere
        ? h("span", { class: "meta" }, `${text.roles[member.role]} ${words.everywhere}`)
        : null,
    ),
    member.disabled ? h("span", { class: "tag tag-bad" }, text.account.people.keptOut) : null,
    ...(member.everywhere
      ? []
      : [
          role,
          button("×", () => change(member, ""), {
            class: "button button-small",
            "aria-label": words.removeOne(name),
          }),
        ]),
  );
}
