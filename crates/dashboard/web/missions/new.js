// The dialog that creates a mission. What the server refuses stands beside the field it means.

import * as api from "../core/api.js";
import { h, when } from "../core/dom.js";
import { missions } from "../core/router.js";
import { signal } from "../core/signal.js";
import { text } from "../core/text.js";
import { openDialog } from "../parts/dialog.js";
import { field, select } from "../parts/field.js";
import { button } from "../parts/states.js";
import { toast } from "../shell/toasts.js";
import { entered } from "./entered.js";

const words = text.create;
const KINDS = "new-kinds";

export function openNewMission() {
  if (document.querySelector("dialog[open]")) return;
  openDialog(words.title, (close) => [form(close)], "dialog-wide");
}

/** @param {() => void} close */
function form(close) {
  const errors = signal(/** @type {Record<string, string>} */ ({}));
  const failed = signal("");
  const sending = signal(false);
  // Sent again after a failure, it is still the same mission.
  const key = api.freshKey();
  const made = h(
    "form",
    {
      class: "form",
      novalidate: true,
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        if (!sending.peek()) send();
      },
    },
    when(failed, (why) => h("p", { class: "form-error", role: "alert" }, String(why))),
    field(
      "title",
      words.name,
      h("input", {
        class: "input",
        name: "title",
        maxlength: "200",
        required: true,
        autocomplete: "off",
        autofocus: true,
      }),
      errors,
    ),
    field(
      "description",
      words.description,
      h("textarea", { class: "input", name: "description", rows: "3", maxlength: "10000" }),
      errors,
    ),
    h(
      "div",
      { class: "form-pair" },
      field(
        "priority",
        words.priority,
        select("priority", Object.entries(text.priorityWord), "medium"),
        errors,
      ),
      field("kind", words.kind, kind(), errors, words.kindHint),
    ),
    h(
      "datalist",
      { id: KINDS },
      h("option", { value: "default" }),
      h("option", { value: "external" }),
    ),
    more(errors),
    h(
      "p",
      { class: "dialog-actions" },
      button(words.cancel, close),
      h("button", { type: "submit", class: "button button-primary", disabled: sending }, () =>
        sending() ? words.submitting : words.submit,
      ),
    ),
  );

  async function send() {
    const [body, wrong] = entered(made);
    errors.set(wrong);
    if (Object.keys(wrong).length > 0) return refuse(words.wrong);
    sending.set(true);
    try {
      const { mission_id: id, mission } = await api.post("/api/missions", body, key);
      close();
      toast(words.created(mission.title), { link: { href: missions(id), label: words.open } });
    } catch (problem) {
      if (!(problem instanceof api.ApiError)) throw problem;
      errors.set(
        Object.fromEntries(
          problem.errors.map((it) => [it.field.replace(/[[.].*/, ""), it.message]),
        ),
      );
      refuse(problem.errors.length > 0 ? words.wrong : `${words.failed} ${problem.detail}`);
    } finally {
      sending.set(false);
    }
  }

  /** @param {string} why */
  function refuse(why) {
    failed.set(why);
    queueMicrotask(() => {
      const first = made.querySelector("[aria-invalid=true]");
      first?.closest("details")?.setAttribute("open", "");
      if (first instanceof HTMLElement) first.focus();
    });
  }
  return made;
}

/** @param {import("../core/signal.js").Signal<Record<string, string>>} errors */
function more(errors) {
  const input = (/** @type {string} */ name, /** @type {Record<string, string>} */ rest = {}) =>
    h("input", { class: "input", name, autocomplete: "off", ...rest });
  return h(
    "details",
    { class: "more" },
    h("summary", {}, words.more),
    h(
      "label",
      { class: "check" },
      h("input", { type: "checkbox", name: "held" }),
      h("span", {}, words.held),
    ),
    h(
      "div",
      { class: "form-pair" },
      field("labels", words.labels, input("labels"), errors, words.labelsHint),
      field(
        "required_capabilities",
        words.capabilities,
        input("required_capabilities"),
        errors,
        words.labelsHint,
      ),
    ),
    h(
      "div",
      { class: "form-pair" },
      field(
        "max_attempts",
        words.attempts,
        input("max_attempts", { type: "number", min: "1", max: "100", placeholder: "3" }),
        errors,
      ),
      field(
        "timeout_seconds",
        words.timeout,
        input("timeout_seconds", { type: "number", min: "0.1", step: "any" }),
        errors,
      ),
    ),
    h(
      "div",
      { class: "form-pair" },
      field(
        "scheduled_at",
        words.scheduled,
        input("scheduled_at", { type: "datetime-local", step: "1" }),
        errors,
      ),
      field(
        "complexity",
        words.complexity,
        select(
          "complexity",
          [
            ["", words.any],
            ...["trivial", "simple", "moderate", "complex", "expert"].map(
              (it) => /** @type {[string, string]} */ ([it, it]),
            ),
          ],
          "",
        ),
        errors,
      ),
    ),
    field(
      "input",
      words.input,
      h("textarea", { class: "input", name: "input", rows: "2", spellcheck: "false" }),
      errors,
    ),
    field(
      "metadata",
      words.metadata,
      h("textarea", { class: "input", name: "metadata", rows: "2", spellcheck: "false" }),
      errors,
    ),
  );
}

function kind() {
  return h("input", {
    class: "input",
    name: "kind",
    value: "default",
    list: KINDS,
    autocomplete: "off",
    spellcheck: "false",
  });
}
