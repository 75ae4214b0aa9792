// What was entered into the form of a new mission, as the body of a request.

import { text } from "../core/text.js";

const words = text.create;

/**
 * The body, and what is wrong with single fields before anybody has to be asked.
 * @param {HTMLFormElement} made
 * @returns {[Record<string, unknown>, Record<string, string>]}
 */
export function entered(made) {
  const data = new FormData(made);
  const given = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
  /** @type {Record<string, unknown>} */
  const body = {};
  /** @type {Record<string, string>} */
  const wrong = {};
  if (!given("title")) wrong.title = words.required;
  for (const name of ["title", "description", "priority", "kind", "complexity"])
    if (given(name)) body[name] = given(name);
  for (const name of ["labels", "required_capabilities"])
    if (given(name))
      body[name] = given(name)
        .split(",")
        .map((it) => it.trim())
        .filter(Boolean);
  for (const name of ["max_attempts", "timeout_seconds"])
    if (given(name)) body[name] = Number(given(name));
  if (given("scheduled_at")) body.scheduled_at = new Date(given("scheduled_at")).toISOString();
  if (data.has("held")) body.held = true;
  for (const name of ["input", "metadata"]) {
    if (!given(name)) continue;
    try {
      body[name] = JSON.parse(given(name));
    } catch {
      wrong[name] = words.notJson;
    }
  }
  return [body, wrong];
}

