// Where somebody is signed in, and how that ends.

import * as api from "../core/api.js";
import { now } from "../core/clock.js";
import { eachValue, h, when } from "../core/dom.js";
import { absolute, age, visible } from "../core/format.js";
import { computed } from "../core/signal.js";
import { text } from "../core/text.js";
import { confirm } from "../parts/dialog.js";
import { loaded, loadedView } from "../parts/loaded.js";
import { button } from "../parts/states.js";
import { browserName } from "./browsers.js";
import { attempt, panel, signedInAnew } from "./panel.js";

/**
 * @typedef {{
 *   id: string, user_agent: string, created_at: string, last_used_at: string, current: boolean,
 * }} Session
 */

const words = text.account.sessions;

/** @param {() => unknown} ended changes when some may have ended */
export function sessionsPanel(ended) {
  const again = signedInAnew();
  const source = loaded(
    computed(() => `${again()} ${ended()}`),
    async (stop) => /** @type {Session[]} */ ((await api.get("/api/me/sessions", stop)).sessions),
  );
  const others = () => (source.value() ?? []).filter((it) => !it.current);

  /** @param {Session[]} those @param {string} done */
  async function end(those, done) {
    const all = () =>
      Promise.all(those.map(({ id }) => api.remove(`/api/me/sessions/${encodeURIComponent(id)}`)));
    await attempt(all, done);
    await source.load();
    document.getElementById("sessions-title")?.focus();
  }

  const endOthers = when(
    () => others().length > 1,
    () =>
      button(
        words.endOthers,
        () => confirm(words.confirm, null, () => end(others(), words.endedOthers)),
        { class: "button button-small end-others" },
      ),
  );
  return panel(
    "sessions",
    words.title,
    endOthers,
    loadedView(source, words.what, (sessions) => {
      const list = h("ul", { class: "records", "aria-label": words.title });
      eachValue(list, sessions, (it) => record(it, () => end([it], words.ended)));
      return h("div", {}, list, () =>
        sessions().length === 0 ? h("p", { class: "meta" }, words.none) : null,
      );
    }),
  );
}

/** @param {Session} session @param {() => void} end */
function record(session, end) {
  const name = browserName(session.user_agent);
  return h(
    "li",
    { class: "record" },
    h(
      "div",
      { class: "record-what" },
      h("strong", { title: visible(session.user_agent) }, name),
      h(
        "span",
        { class: "meta" },
        h("span", { title: absolute(session.created_at) }, () =>
          words.since(age(session.created_at, now())),
        ),
        " · ",
        h("span", { title: absolute(session.last_used_at) }, () =>
          words.used(age(session.last_used_at, now())),
        ),
      ),
    ),
    session.current
      ? h("span", { class: "tag" }, words.this)
      : button(words.end, end, {
          class: "button button-small",
          "aria-label": words.endOne(name),
        }),
  );
}
