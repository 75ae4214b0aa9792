// What the page knows: missions, agents and counters, patched by what happens.

import * as api from "./api.js";
import { visible } from "./format.js";
import { signal } from "./signal.js";

/**
 * @typedef {Record<string, any> & {id: string, title: string, status: string, revision: number}} Mission
 */
/** @typedef {Record<string, any> & {id: string, name: string, status: string}} Agent */

/** Missions that are kept besides those in use: some screens. */
const SPARE = 1_000;
/** Counters that do not follow a change within so long are asked for. */
const COUNTED_WITHIN = 3_000;
/** The registry is asked for again at most so often. */
const AGENTS_AGAIN = 1_000;

/** @type {Map<string, import("./signal.js").Signal<Mission>>} */
const known = new Map();
/** @type {Set<(event: any) => void>} */
const listeners = new Set();
/** @type {Set<() => void>} */
const anew = new Set();
/** @type {Set<() => Iterable<string>>} */
const holders = new Set();
/** How many missions may be known before those that nobody shows are forgotten. */
let room = SPARE;

/** Counters of the whole project; null until they are known. */
export const metrics = signal(/** @type {Record<string, number> | null} */ (null));
/** How many missions of each priority there are. */
export const priorities = signal(/** @type {Record<string, number>} */ ({}));
/** Every agent; null until they are known. */
export const agents = signal(/** @type {Agent[] | null} */ (null));
/** Why the agents could not be loaded. */
export const agentsError = signal(/** @type {api.ApiError | null} */ (null));
/** When anything was last heard from the server, in milliseconds. */
export const freshAt = signal(0);

/** @param {string} id */
export const mission = (id) => known.get(id);

/**
 * Takes a mission that an answer or an event has brought; an older one changes nothing.
 * @param {Mission} body
 */
export function learn(body) {
  const there = known.get(body.id);
  if (!there) known.set(body.id, signal(body));
  else if (body.revision >= there.peek().revision) there.set(body);
}

/** The missions that `ids` names are in use and not forgotten. @param {() => Iterable<string>} ids */
export function hold(ids) {
  holders.add(ids);
  return () => holders.delete(ids);
}

/** Forgets missions that nobody holds, when there are many. */
export function forget() {
  if (known.size <= room) return;
  const shown = new Set([...holders].flatMap((ids) => [...ids()]));
  for (const id of known.keys()) if (!shown.has(id)) known.delete(id);
  room = known.size + SPARE;
}

/**
 * Calls `handle` with each event about a mission and each piece of a log; gives what ends that.
 * @param {(event: any) => void} handle
 */
export function onEvent(handle) {
  listeners.add(handle);
  return () => listeners.delete(handle);
}

/** Calls `handle` when what was missed cannot be told in events. @param {() => void} handle */
export function onResync(handle) {
  anew.add(handle);
  return () => anew.delete(handle);
}

let resyncing = false;
/** Runs while a change has not been counted. @type {ReturnType<typeof setTimeout> | undefined} */
let uncounted;

/** @param {any} frame */
export function take(frame) {
  freshAt.set(Date.now());
  if (frame.type === "resync") resyncing = true;
  if (frame.type === "snapshot") takeSnapshot(frame);
  if (frame.type === "events") for (const event of frame.data) takeEvent(event);
}

/** @param {any} frame */
function takeSnapshot(frame) {
  if (frame.metrics) metrics.set(frame.metrics);
  if (frame.agents) agents.set(frame.agents);
  for (const body of frame.missions ?? []) if (known.has(body.id)) learn(body);
  // One without missions shows a topic that was just added.
  if (!frame.missions) return;
  countPriorities();
  if (resyncing) anew.forEach((handle) => handle());
  resyncing = false;
}

/** @param {any} event */
function takeEvent(event) {
  if (event.type === "metrics") {
    counted();
    return metrics.set(event.metrics);
  }
  if (event.type === "mission_log" || event.type === "missions_removed") return tell(event);
  if (!event.mission) return askAgents();
  if (event.body && known.has(event.mission)) learn(event.body);
  if (!event.from && event.type === "mission_created") {
    const { [event.priority]: before = 0 } = priorities.peek();
    priorities.set({ ...priorities.peek(), [event.priority]: before + 1 });
  }
  if (event.from !== event.to) {
    uncounted ??= setTimeout(askUncounted, COUNTED_WITHIN);
    askAgents();
  }
  tell(event);
}

function counted() {
  clearTimeout(uncounted);
  uncounted = undefined;
}

async function askUncounted() {
  counted();
  // A failure shows in the state of the connection; the next change asks again.
  const answer = await api.get("/api/metrics").catch(() => null);
  if (answer) metrics.set(answer.metrics);
}

/** @param {any} event */
function tell(event) {
  for (const handle of listeners) handle(event);
}

/** Asks for the agents, soon. */
export const askAgents = seldom(AGENTS_AGAIN, loadAgents);

export async function loadAgents() {
  try {
    agents.set((await api.get("/api/agents")).agents);
    agentsError.set(null);
  } catch (error) {
    if (error instanceof api.ApiError) agentsError.set(error);
    else throw error;
  }
}

async function countPriorities() {
  const words = ["low", "medium", "high", "critical"];
  const totals = words.map((word) =>
    api.get(`/api/missions?limit=1&priority=${word}`).then((list) => list.total),
  );
  const counted = await Promise.all(totals).catch(() => null);
  if (counted) priorities.set(Object.fromEntries(words.map((word, at) => [word, counted[at]])));
}

/**
 * `ask`, at most once in `pause` and once more after the last call.
 * @param {number} pause @param {() => Promise<unknown>} ask
 */
export function seldom(pause, ask) {
  let busy = false;
  let again = false;
  const run = async () => {
    if (busy) return void (again = true);
    busy = true;
    // A failure shows in the state of the connection; the next change asks again.
    await ask().catch(() => {});
    setTimeout(() => {
      busy = false;
      if (again) {
        again = false;
        run();
      }
    }, pause);
  };
  return () => void run();
}

/** The agent's name, safe to look at, or its id until that is known. @param {string | null | undefined} id */
export function agentName(id) {
  if (!id) return null;
  return visible(agents()?.find((agent) => agent.id === id)?.name ?? id.slice(-8));
}
