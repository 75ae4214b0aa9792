// Setting a password, or changing it.

import * as api from "../core/api.js";
import { h, when } from "../core/dom.js";
import { connectNow, disconnect } from "../core/live.js";
import { askMe, me } from "../core/me.js";
import { text } from "../core/text.js";
import { passwordField } from "../parts/field.js";
import { form } from "../parts/form.js";
import { toast } from "../shell/toasts.js";
import { panel } from "./panel.js";

const words = text.account.password;
const FORM = "password";
/** As the server wants them: long enough not to be guessed, short enough to be hashed. */
const SHORTEST = 12;
const LONGEST_BYTES = 1_024;

/** @param {() => void} changed is called when other sessions have ended */
export function passwordPanel(changed) {
  return panel(
    "password",
    words.title,
    null,
    when(
      () => (me()?.has_password === undefined ? "none" : me()?.has_password ? "has" : "set"),
      (state) =>
        state === "none"
          ? h("p", { class: "meta" }, words.noPerson)
          : passwordForm(state === "has", changed),
    ),
  );
}

/**
 * What is wrong with a new password before anybody is asked; empty for nothing.
 * @param {string} password
 */
export function passwordFault(password) {
  if ([...password].length < SHORTEST) return words.short;
  return new TextEncoder().encode(password).length > LONGEST_BYTES ? words.long : "";
}

/** @param {boolean} has @param {() => void} changed */
function passwordForm(has, changed) {
  return form({
    label: has ? words.change : words.set,
    submit: has ? words.change : words.set,
    fields: (errors) => [
      h("p", { class: "meta" }, has ? words.has : words.none),
      // Managers of passwords want to know whose it is.
      h("input", {
        type: "text",
        hidden: true,
        autocomplete: "username",
        value: me.peek()?.principal ?? "",
      }),
      has
        ? passwordField("current_password", words.current, "current-password", errors, {
            form: FORM,
          })
        : null,
      passwordField("new_password", words.next, "new-password", errors, {
        hint: words.hint,
        form: FORM,
      }),
    ],
    check: (given) => {
      const fault = passwordFault(given("new_password"));
      return {
        ...(has && given("current_password") === "" ? { current_password: text.form.needed } : {}),
        ...(fault ? { new_password: fault } : {}),
      };
    },
    send: async (given, made) => {
      const body = { new_password: given("new_password") };
      const current = given("current_password");
      await change(has ? { ...body, current_password: current } : body);
      for (const input of made.querySelectorAll("input[type=password]"))
        /** @type {HTMLInputElement} */ (input).value = "";
      toast(has ? words.changed : words.done);
      if (await askMe()) api.arrived();
      changed();
    },
  });
}

/** A wrong current password stands beside its field. @param {Record<string, string>} body */
async function change(body) {
  // The session gets another id: what is open on the one before would be closed as if it were over.
  disconnect();
  try {
    await api.post("/api/me/password", body);
  } catch (problem) {
    const wrong = problem instanceof api.ApiError && problem.code === "wrong_credentials";
    if (!wrong) throw problem;
    const beside = { field: "current_password", code: problem.code, message: words.wrong };
    throw new api.ApiError(problem.status, problem.code, problem.detail, [beside]);
  } finally {
    if (api.signedOut.peek() !== true) connectNow();
  }
}
