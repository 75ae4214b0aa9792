// Making a token: what it may do, and then the token itself, once.

import * as api from "../core/api.js";
import { h, when } from "../core/dom.js";
import { COVERS, me, roleIn } from "../core/me.js";
import { project } from "../core/project.js";
import { signal } from "../core/signal.js";
import { text } from "../core/text.js";
import { copyButton } from "../parts/copy.js";
import { openDialog } from "../parts/dialog.js";
import { field, select } from "../parts/field.js";
import { form } from "../parts/form.js";
import { button } from "../parts/states.js";
import { projects } from "../shell/projects.js";

/** @typedef {import("../core/me.js").Role} Role */

const words = text.account.tokens;
const FORM = "token";
const DAY = 24 * 3_600;
/** Stands for every project, whose name cannot be empty. */
const EVERY = "";
const ROLES = /** @type {Role[]} */ (["viewer", "operator", "agent", "admin"]);

/** @param {() => unknown} made is called once there is another token */
export function openNewToken(made) {
  const token = signal(/** @type {{token: string, role: string, agent: string} | null} */ (null));
  openDialog(words.make, (close) => [
    when(
      () => token() ?? "asking",
      (it) =>
        it === "asking"
          ? tokenForm(close, (made_) => (token.set(made_), made()))
          : shownOnce(/** @type {{token: string, role: string, agent: string}} */ (it), close),
    ),
  ]);
}

/**
 * @param {() => void} close
 * @param {(made: {token: string, role: string, agent: string}) => void} made
 */
function tokenForm(close, made) {
  const who = me.peek();
  const places = who ? placesOf(who) : [];
  const here = project() ?? who?.project ?? "";
  const place = select("project", places, here);
  const chosen = signal(place.value);
  place.addEventListener("change", () => chosen.set(place.value));
  const held = () => (chosen() === EVERY ? who?.role : who && roleIn(who, chosen()));
  const role = h("select", { class: "input", name: "role" }, () => {
    const covered = held() ? COVERS[/** @type {Role} */ (held())] : [];
    return ROLES.filter((it) => covered.includes(it)).map((it) =>
      h("option", { value: it }, text.roleChoices[it]),
    );
  });
  const forAgent = signal(false);
  role.addEventListener("change", () => forAgent.set(role.value === "agent"));
  const expires = /** @type {Array<[string, string]>} */ (Object.entries(words.expiries));
  const input = (/** @type {string} */ name, /** @type {Record<string, any>} */ rest = {}) =>
    h("input", { class: "input", name, maxlength: "100", autocomplete: "off", ...rest });
  return form({
    submit: words.create,
    actions: [button(words.cancel, close)],
    fields: (errors) => [
      field("name", words.name, input("name", { autofocus: true }), errors, words.nameHint, FORM),
      h(
        "div",
        { class: "form-pair" },
        field("project", words.project, place, errors, undefined, FORM),
        field("role", words.role, role, errors, undefined, FORM),
      ),
      when(forAgent, () =>
        field("agent", words.agent, input("agent"), errors, words.agentHint, FORM),
      ),
      field("expires", words.expires, select("expires", expires, "90"), errors, undefined, FORM),
    ],
    check: (given) =>
      /** @type {Record<string, string>} */ (
        given("name").trim() === "" ? { name: text.form.needed } : {}
      ),
    send: async (given) => {
      const agent = forAgent.peek() ? given("agent").trim() : "";
      const { token } = await api.post("/api/tokens", {
        name: given("name").trim(),
        role: given("role"),
        ...(given("project") === EVERY ? {} : { project: given("project") }),
        ...(agent ? { agent } : {}),
        ...(given("expires") === "never" ? {} : { expires_in: Number(given("expires")) * DAY }),
      });
      made({ token, role: given("role"), agent });
    },
  });
}

/** @param {import("../core/me.js").Me} who @returns {Array<[string, string]>} */
function placesOf(who) {
  const known = projects.peek()?.map(({ id }) => id) ?? Object.keys(who.projects);
  const named = [...new Set([...known, ...(who.role ? [who.project] : [])])].sort();
  const every = /** @type {Array<[string, string]>} */ (
    who.role ? [[EVERY, words.everyProject]] : []
  );
  return [...every, ...named.map((id) => /** @type {[string, string]} */ ([id, id]))];
}

/** @param {{token: string, role: string, agent: string}} made @param {() => void} close */
function shownOnce({ token, role, agent }, close) {
  const bearer = `-H "Authorization: Bearer ${token}"`;
  const register = JSON.stringify({ name: agent || "my-agent", type: "worker" });
  const line =
    role === "agent"
      ? `curl ${bearer} -H 'Content-Type: application/json' -d '${register.replaceAll("'", "'\\''")}' ${location.origin}/api/agents`
      : `curl ${bearer} ${location.origin}/api/missions`;
  const done = button(words.finished, close, { class: "button button-primary" });
  const secret = h("pre", { class: "block token", tabindex: "0" }, token);
  const example = h("pre", { class: "block", tabindex: "0" }, line);
  queueMicrotask(() => done.focus());
  return h(
    "div",
    { class: "form token-made" },
    h("p", { class: "note", role: "status" }, h("strong", {}, words.made), " ", words.once),
    secret,
    h("p", {}, copyButton(token, words.copy, { class: "button" }, secret)),
    h("h3", {}, words.curl),
    example,
    h("p", {}, copyButton(line, words.copyLine, { class: "button" }, example)),
    h("p", { class: "dialog-actions" }, done),
  );
}
