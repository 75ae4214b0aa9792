// The tokens of somebody's programs.

import * as api from "../core/api.js";
import { now } from "../core/clock.js";
import { eachValue, h, when } from "../core/dom.js";
import { absolute, age, span, visible } from "../core/format.js";
import { isAdministrator, me } from "../core/me.js";
import { computed, signal } from "../core/signal.js";
import { text } from "../core/text.js";
import { confirm } from "../parts/dialog.js";
import { loaded, loadedView } from "../parts/loaded.js";
import { button, emptyState } from "../parts/states.js";
import { openNewToken } from "./new_token.js";
import { attempt, panel, signedInAnew } from "./panel.js";

/**
 * @typedef {{
 *   id: string, name: string, hint: string, owner: string, orphaned: boolean,
 *   role: import("../core/me.js").Role, project: string | null, agent: string | null,
 *   created_at: string, expires_at: string | null, last_used_at: string | null,
 * }} Token
 */

const words = text.account.tokens;

export function tokensPanel() {
  const all = signal(false);
  const again = signedInAnew();
  const source = loaded(
    computed(() => `${again()} ${all()}`),
    async (stop) => {
      const answer = await api.get(all.peek() ? "/api/tokens?all=true" : "/api/tokens", stop);
      return /** @type {Token[]} */ (answer.tokens);
    },
  );

  /** @param {Token} token */
  function revoke(token) {
    const about = h("p", { class: "dialog-subject" }, h("strong", {}, visible(token.name)));
    confirm(words.confirm, about, async () => {
      await attempt(
        () => api.remove(`/api/tokens/${encodeURIComponent(token.id)}`),
        words.revoked(token.name),
      );
      await source.load();
      document.getElementById("tokens-title")?.focus();
    });
  }

  return panel(
    "tokens",
    words.title,
    h(
      "div",
      { class: "panel-actions" },
      when(isAdministrator, () => everybodys(all)),
      when(mayMake, () => button(words.make, () => openNewToken(source.load))),
    ),
    loadedView(source, words.what, (tokens) => {
      const list = h("ul", { class: "records", "aria-label": words.title });
      eachValue(list, tokens, (it) => record(it, () => revoke(it)));
      return h("div", {}, list, () =>
        tokens().length === 0
          ? emptyState(words.none, mayMake() ? words.noneHint : words.noMaking)
          : null,
      );
    }),
  );
}

/** A program's token makes no others. */
const mayMake = () => me() !== null && !me()?.principal.startsWith("token:");

/** @param {import("../core/signal.js").Signal<boolean>} all */
function everybodys(all) {
  const change = (/** @type {Event} */ event) =>
    all.set(/** @type {HTMLInputElement} */ (event.target).checked);
  return h(
    "label",
    { class: "check" },
    h("input", { type: "checkbox", name: "all", onchange: change }),
    h("span", {}, words.all),
  );
}

/** @param {Token} token @param {() => void} revoke */
function record(token, revoke) {
  const left = () => Date.parse(token.expires_at ?? "") - now();
  const end = () =>
    token.orphaned
      ? words.orphaned
      : token.expires_at === null
        ? words.endless
        : left() > 0
          ? words.ends(span(left()))
          : words.expired;
  const others = token.owner !== me.peek()?.principal ? [words.of(visible(token.owner)), " · "] : [];
  return h(
    "li",
    { class: "record", "data-token": token.id },
    h(
      "div",
      { class: "record-what" },
      h("span", {}, h("strong", {}, visible(token.name)), " ", h("code", {}, `${token.hint}…`)),
      h(
        "span",
        { class: "meta" },
        text.account.people.in(text.roles[token.role], token.project ?? words.everyProject),
        token.agent ? ` ${words.as(visible(token.agent))}` : "",
        " · ",
        ...others,
        h("span", { title: absolute(token.expires_at) }, end),
        " · ",
        h("span", { title: absolute(token.last_used_at) }, () =>
          token.last_used_at ? words.used(age(token.last_used_at, now())) : words.unused,
        ),
      ),
    ),
    button(words.revoke, revoke, {
      class: "button button-small button-quiet-danger",
      "aria-label": words.revokeOne(visible(token.name)),
    }),
  );
}
