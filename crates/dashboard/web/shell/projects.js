// Which project the page is about, for those who may see more than one.

import * as api from "../core/api.js";
import { h, when } from "../core/dom.js";
import { me } from "../core/me.js";
import { HOME } from "../core/next.js";
import { choose, project, unchoose } from "../core/project.js";
import { effect, signal, untracked } from "../core/signal.js";
import { text } from "../core/text.js";

/** @typedef {{id: string, role?: import("../core/me.js").Role}} Project */

/** Those that whoever is signed in may see, by name; null until they are known. */
export const projects = signal(/** @type {Project[] | null} */ (null));

/** Asks for them. */
export async function loadProjects() {
  // Without them there is nothing to switch to; the next look asks again.
  const answer = await api.get("/api/projects").catch(() => null);
  if (!answer) return;
  projects.set(answer.projects);
  const chosen = project();
  if (chosen === null || answer.projects.some((/** @type {Project} */ it) => it.id === chosen)) return;
  unchoose();
  location.replace(HOME);
}

/** Keeps the list in step with who is signed in. */
export function startProjects() {
  effect(() => {
    if (me()) untracked(loadProjects);
  });
}

export function projectSwitch() {
  return when(
    () => (projects()?.length ?? 0) > 1,
    () => {
      const here = project() ?? me.peek()?.project;
      return h(
        "select",
        {
          class: "input project-switch",
          "aria-label": text.shell.project,
          onchange: (/** @type {Event} */ event) =>
            choose(/** @type {HTMLSelectElement} */ (event.target).value),
        },
        () =>
          (projects() ?? []).map(({ id }) => h("option", { value: id, selected: id === here }, id)),
      );
    },
  );
}
