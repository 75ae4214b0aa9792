// Adding somebody, and changing what they may.

import * as api from "../core/api.js";
import { h } from "../core/dom.js";
import { me } from "../core/me.js";
import { project } from "../core/project.js";
import { text } from "../core/text.js";
import { openDialog } from "../parts/dialog.js";
import { field, passwordField, select } from "../parts/field.js";
import { form } from "../parts/form.js";
import { button } from "../parts/states.js";
import { projects } from "../shell/projects.js";
import { toast } from "../shell/toasts.js";
import { passwordFault } from "./password.js";

/** @typedef {import("./people.js").User} User */

const words = text.account.people;
const FORM = "person";
const NONE = "";
const PEOPLES_ROLES = /** @type {const} */ (["viewer", "operator", "admin"]);

/** Roles that people hold, in so many words. @param {Record<string, string>} says */
export const roleOptions = (says) =>
  PEOPLES_ROLES.map((it) => /** @type {[string, string]} */ ([it, says[it] ?? it]));

/** @returns {Array<[string, string]>} */
const roleOrNone = () => [[NONE, words.noRole], ...roleOptions(text.roleChoices)];

/** @param {string} name @param {Record<string, any>} [rest] */
const input = (name, rest = {}) =>
  h("input", {
    class: "input",
    name,
    maxlength: "100",
    autocomplete: "off",
    spellcheck: "false",
    ...rest,
  });

/** @param {() => unknown} changed */
export function openNewPerson(changed) {
  openDialog(words.adding, (close) => [newPerson(close, changed)]);
}

/** @param {() => void} close @param {() => unknown} changed */
function newPerson(close, changed) {
  const here = project() ?? me.peek()?.project ?? "";
  const places = (projects.peek() ?? [{ id: here }]).map(
    ({ id }) => /** @type {[string, string]} */ ([id, id]),
  );
  return form({
    submit: words.add,
    actions: [button(words.cancel, close)],
    fields: (errors) => [
      field(
        "login",
        words.login,
        input("login", { maxlength: "64", autocapitalize: "none", autofocus: true }),
        errors,
        words.loginHint,
        FORM,
      ),
      field("name", words.name, input("name"), errors, words.nameHint, FORM),
      passwordField("password", words.password, "new-password", errors, {
        hint: words.passwordHint,
        form: FORM,
      }),
      h(
        "div",
        { class: "form-pair" },
        field("project", words.project, select("project", places, here), errors, undefined, FORM),
        field(
          "projects",
          words.role,
          select("projects", roleOrNone(), "viewer"),
          errors,
          undefined,
          FORM,
        ),
      ),
      everywhere(NONE, errors),
    ],
    check: (given) => ({
      .../** @type {Record<string, string>} */ (
        given("login").trim() === "" ? { login: text.form.needed } : {}
      ),
      ...faulty(given("password")),
    }),
    send: async (given) => {
      const login = given("login").trim();
      const [place, there] = [given("project"), given("projects")];
      await api.post("/api/users", {
        login,
        ...filled("name", given("name").trim()),
        ...filled("password", given("password")),
        ...filled("role", given("role")),
        ...(there === NONE ? {} : { projects: { [place]: there } }),
      });
      toast(words.added(login));
      close();
      changed();
    },
  });
}

/** @param {User} user @param {() => unknown} changed */
export function openPerson(user, changed) {
  openDialog(words.editOne(user.login), (close) => [person(user, close, changed)]);
}

/** @param {User} user @param {() => void} close @param {() => unknown} changed */
function person(user, close, changed) {
  const out = h("input", { type: "checkbox", name: "disabled", checked: user.disabled });
  return form({
    submit: words.save,
    actions: [button(words.cancel, close)],
    fields: (errors) => [
      field("name", words.name, input("name", { value: user.name }), errors, undefined, FORM),
      everywhere(user.role ?? NONE, errors),
      passwordField("password", words.newPassword, "new-password", errors, {
        hint: words.newPasswordHint,
        form: FORM,
      }),
      h(
        "div",
        { class: "field" },
        h("label", { class: "check" }, out, h("span", {}, words.disabled)),
        h("span", { class: "field-note" }, words.disabledHint),
      ),
    ],
    check: (given) => faulty(given("password")),
    send: async (given) => {
      const [name, role] = [given("name").trim(), given("role")];
      await api.patch(`/api/users/${encodeURIComponent(user.login)}`, {
        ...(name === user.name || name === "" ? {} : { name }),
        ...(role === (user.role ?? NONE) ? {} : { role: role === NONE ? null : role }),
        ...(out.checked === user.disabled ? {} : { disabled: out.checked }),
        ...filled("password", given("password")),
      });
      toast(words.saved(user.login));
      close();
      changed();
    },
  });
}

/** @param {string} chosen @param {import("../core/signal.js").Signal<Record<string, string>>} errors */
const everywhere = (chosen, errors) =>
  field("role", words.everywhere, select("role", roleOrNone(), chosen), errors, undefined, FORM);

/** @param {string} name @param {string} value */
const filled = (name, value) => (value === "" ? {} : { [name]: value });

/** @param {string} password none is right as well @returns {Record<string, string>} */
function faulty(password) {
  const fault = password === "" ? "" : passwordFault(password);
  return fault ? { password: fault } : {};
}
