// Who is signed in, and what they may do here.

import * as api from "./api.js";
import { project, unchoose } from "./project.js";
import { signal } from "./signal.js";

/** @typedef {"agent" | "viewer" | "operator" | "admin"} Role */
/**
 * @typedef {{
 *   principal: string, name: string, role: Role | null, projects: Record<string, Role>,
 *   project: string, session?: string | null, token?: string | null, has_password?: boolean,
 *   no_auth?: boolean, agent?: string | null,
 * }} Me
 */

/** Which roles let in whoever asks for each of them. */
export const COVERS = /** @type {Record<Role, Role[]>} */ ({
  agent: ["agent"],
  viewer: ["viewer"],
  operator: ["viewer", "operator", "agent"],
  admin: ["viewer", "operator", "agent", "admin"],
});

/** What the server knows of whoever is signed in; null until it has said so. */
export const me = signal(/** @type {Me | null} */ (null));

/**
 * Asks who is signed in. False when what the page shows is not meant for them: they are somebody
 * else than before, or may not see this project any more.
 */
export async function askMe() {
  const before = me.peek();
  const now = /** @type {Me} */ (await api.get("/api/me"));
  const chosen = project();
  if (before !== null) {
    const here = chosen ?? before.project;
    const same = before.principal === now.principal && here === (chosen ?? now.project);
    if (!same || roleIn(now, here) === null) return false;
  }
  if (chosen !== null && roleIn(now, chosen) === null) unchoose();
  me.set(now);
  return true;
}

/** Whether the role in the project of this document lets do what asks for `needed`. @param {Role} needed */
export function may(needed) {
  const now = me();
  const role = now && roleIn(now, project() ?? now.project);
  return role !== null && COVERS[role].includes(needed);
}

/** Whether the process itself may be touched: people, projects, everybody's tokens. */
export const isAdministrator = () => me()?.role === "admin";

/** The role in a project: its own, else the one held everywhere. @param {Me} who @param {string} name */
export const roleIn = (who, name) => who.projects[name] ?? who.role;
