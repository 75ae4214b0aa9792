// Name and password, or a token, for a session.

import * as api from "../core/api.js";
import { now } from "../core/clock.js";
import { h, when } from "../core/dom.js";
import { computed, signal } from "../core/signal.js";
import { tellTabs } from "../core/session.js";
import { text } from "../core/text.js";
import { field, passwordField } from "../parts/field.js";
import { button } from "../parts/states.js";

/** @typedef {Record<string, string>} Errors */

const words = text.signIn;
const FORM = "sign-in";
/** What somebody signs in with; the last choice stays while the document lives. */
const byToken = signal(false);

/** Why somebody has to sign in, when that is not clear. */
export const signInNote = signal("");

/** @param {() => unknown} entered is called once there is a session */
export function signInForm(entered) {
  const errors = signal(/** @type {Errors} */ ({}));
  const failed = signal("");
  const busy = signal(false);
  /** When there may be another try, in milliseconds of this machine. */
  const again = signal(0);
  const left = computed(() => Math.max(0, Math.ceil((again() - (now(), Date.now())) / 1000)));
  const made = h(
    "form",
    { class: "form", novalidate: true, onsubmit: submit },
    when(signInNote, (note) => h("p", { class: "note" }, String(note))),
    when(failed, (why) => h("p", { class: "form-error", role: "alert" }, String(why))),
    when(
      () => (byToken() ? "token" : "password"),
      (how) => h("div", { class: "form" }, ...(how === "token" ? token(errors) : password(errors))),
    ),
    h(
      "p",
      { class: "dialog-actions" },
      button(() => (byToken() ? words.usePassword : words.useToken), change, {
        class: "button button-quiet sign-in-other",
      }),
      h(
        "button",
        { type: "submit", class: "button button-primary", disabled: () => busy() || left() > 0 },
        () => (left() > 0 ? words.again(left()) : busy() ? words.entering : words.submit),
      ),
    ),
  );

  function change() {
    failed.set("");
    errors.set({});
    byToken.set(!byToken.peek());
    queueMicrotask(() => focusFirst(made));
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (busy.peek() || left.peek() > 0) return;
    failed.set("");
    const [body, missing] = entry(made);
    errors.set(missing);
    if (Object.keys(missing).length > 0) return focus(Object.keys(missing)[0] ?? "");
    busy.set(true);
    try {
      await api.post("/api/login", body);
      for (const input of made.querySelectorAll("input:not([hidden])"))
        /** @type {HTMLInputElement} */ (input).value = "";
      signInNote.set("");
      tellTabs();
      await entered();
    } catch (problem) {
      if (!(problem instanceof api.ApiError)) throw problem;
      refused(problem);
    } finally {
      busy.set(false);
    }
  }

  /** @param {api.ApiError} problem */
  function refused(problem) {
    failed.set(sentence(problem));
    if (problem.status === 429) again.set(Date.now() + problem.wait * 1000);
    else focus(byToken.peek() ? "token" : "password");
  }

  /** @param {string} name */
  function focus(name) {
    queueMicrotask(() => {
      const input = made.elements.namedItem(name);
      if (!(input instanceof HTMLInputElement)) return;
      input.focus();
      input.select();
    });
  }
  return made;
}

/** The first field that can be seen. @param {HTMLFormElement} form */
export function focusFirst(form) {
  const first = form.querySelector("input:not([hidden])");
  if (first instanceof HTMLInputElement) first.focus();
}

/** @param {import("../core/signal.js").Signal<Errors>} errors */
function password(errors) {
  const name = h("input", {
    class: "input",
    name: "user",
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    maxlength: "64",
    required: true,
    autofocus: true,
  });
  return [
    field("user", words.user, name, errors, undefined, FORM),
    passwordField("password", words.password, "current-password", errors, { form: FORM }),
  ];
}

/** @param {import("../core/signal.js").Signal<Errors>} errors */
function token(errors) {
  return [
    // By this name managers of passwords keep it.
    h("input", { type: "text", hidden: true, autocomplete: "username", value: "token" }),
    passwordField("token", words.token, "current-password", errors, {
      hint: words.hint,
      form: FORM,
    }),
  ];
}

/**
 * The body of the request, and what is missing in it.
 * @param {HTMLFormElement} made
 * @returns {[Record<string, string>, Errors]}
 */
function entry(made) {
  const data = new FormData(made);
  const given = (/** @type {string} */ name) => String(data.get(name) ?? "");
  /** @type {Record<string, string>} */
  const body = byToken.peek()
    ? { token: given("token").trim() }
    : { user: given("user").trim(), password: given("password") };
  const missing = Object.entries(body)
    .filter(([, value]) => value === "")
    .map(([name]) => [name, words.needed[/** @type {"user"} */ (name)]]);
  return [body, Object.fromEntries(missing)];
}

/** What a refusal means to whoever wants to come in. @param {api.ApiError} problem */
function sentence(problem) {
  if (problem.status === 429) return words.tooMany;
  if (problem.status === 503) return words.away;
  if (problem.status === 401) return byToken.peek() ? words.wrongToken : words.wrong;
  return problem.detail;
}
