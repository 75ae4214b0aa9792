// The live stream: one socket for the page, resumed where it broke off.
//
// A frame comes at least every two seconds; silence, not an event of the socket, says that the
// connection is dead. Where sockets do not get through, the same frames come as server-sent events.

import { alignTo, instant } from "./clock.js";
import { project } from "./project.js";
import { signal } from "./signal.js";

/** No frame for so long: the connection is dead (the server is never silent for more than 2 s). */
const SILENCE = 6_000;
/** Shown as delayed from here on. */
const LATE = 4_000;
const LOOK = 500;
const FIRST_RETRY = 250;
const BASE = 500;
const CAP = 15_000;
/** After this long without trouble the next failure counts as the first again. */
const STABLE = 30_000;
/** Sockets that never opened, before server-sent events are tried. */
const GIVE_UP_SOCKETS = 3;
/** Changes that a pause holds before it lets them go and asks for a new picture: some megabytes. */
const MOST_HELD = 2_000;
const TOPICS = "missions,agents,metrics";
const SIGNED_OUT = 4401;

/** @typedef {"connecting" | "live" | "delayed" | "reconnecting" | "offline"} State */

/**
 * How the connection is; `since` and `heard` in milliseconds, `retryAt` when the next try begins.
 */
export const link = signal({
  state: /** @type {State} */ ("connecting"),
  since: Date.now(),
  heard: 0,
  tries: 0,
  retryAt: 0,
});
/** How many changes are held while the page is paused; null when it is not. */
export const paused = signal(/** @type {number | null} */ (null));
/** Whether the server has been replaced by another build. */
export const newBuild = signal(false);

/** @type {(frame: any) => void} */
let deliver = () => {};
/** @type {() => unknown} */
let whoIsThere = () => {};
/** @type {string | null} */
let cursor = null;
/** @type {string | null} */
let build = null;
/** @type {any[]} */
let held = [];
/** How many changes and lines stand in `held`; above the most, nothing does. */
let weight = 0;
/** The counters as they were last told during a pause. @type {any} */
let counters = null;
/** Topics of parts of the page, by their names; a topic may say how far it has been read. */
const followed = /** @type {Map<string, () => string>} */ (new Map());
/** @type {{close(): void, say: ((message: object) => void) | null} | null} */
let wire = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let retry;
let heard = 0;
let openedAt = 0;
let deafSockets = 0;
let wanted = false;

/**
 * @param {(frame: any) => void} handle gets every frame, in order
 * @param {() => unknown} ask finds out whether somebody is still signed in: a refused handshake says
 * nothing of its reason, and a session that is over may have been followed by another
 */
export function startLive(handle, ask) {
  deliver = handle;
  whoIsThere = ask;
  setInterval(watch, LOOK);
  addEventListener("online", () => connectNow());
  addEventListener("pagehide", () => hangUp());
  addEventListener("pageshow", (event) => event.persisted && connectNow());
  document.addEventListener(
    "visibilitychange",
    () => !document.hidden && link.peek().retryAt > 0 && connectNow(),
  );
}

/** Begins to listen, when somebody is signed in. */
export function connectNow() {
  wanted = true;
  clearTimeout(retry);
  hangUp();
  open();
}

export function disconnect() {
  wanted = false;
  deafSockets = 0;
  clearTimeout(retry);
  hangUp();
}

export function togglePause() {
  if (paused.peek() === null) return void paused.set(0);
  const overflown = weight > MOST_HELD;
  const frames = held.splice(0);
  if (counters) frames.push({ type: "events", data: [counters] });
  [weight, counters] = [0, null];
  paused.set(null);
  if (overflown) {
    // What was let go is in no event any more: everything has to be asked for again.
    deliver({ type: "resync" });
    cursor = null;
    connectNow();
  } else frames.forEach(deliver);
}

/**
 * Follows one more topic; gives what ends that. After each break `from` says where it goes on.
 * @param {string} topic
 * @param {() => string} from the topic, with how far it has been read
 */
export function follow(topic, from) {
  followed.set(topic, from);
  ask("subscribe", from());
  return () => {
    if (followed.get(topic) !== from) return;
    followed.delete(topic);
    ask("unsubscribe", topic);
  };
}

/** @param {"subscribe" | "unsubscribe"} type @param {string} topic */
function ask(type, topic) {
  if (wire?.say) wire.say({ type, topics: [topic] });
  // A stream of events cannot be talked to: it is opened again, where it stands.
  else if (wire) connectNow();
}

function open() {
  const topics = [TOPICS, ...[...followed.values()].map((from) => from())].join();
  const query = new URLSearchParams({ topics, conflate: "1" });
  if (cursor) query.set("cursor", cursor);
  const chosen = project();
  if (chosen !== null) query.set("project", chosen);
  heard = 0;
  openedAt = Date.now();
  if (deafSockets < GIVE_UP_SOCKETS) openSocket(query);
  else openEvents(query);
}

/** @param {URLSearchParams} query */
function openSocket(query) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/api/live?${query}`);
  /** @type {string[]} */
  const unsaid = [];
  const say = (/** @type {object} */ message) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    else unsaid.push(JSON.stringify(message));
  };
  const mine = { close: () => socket.close(), say };
  wire = mine;
  socket.onopen = () => unsaid.splice(0).forEach((message) => socket.send(message));
  socket.onmessage = (event) => wire === mine && receive(event.data);
  socket.onclose = (event) => {
    if (wire !== mine) return;
    const over = event.code === SIGNED_OUT;
    if (heard === 0 && !over) deafSockets += 1;
    if (heard === 0 || over) whoIsThere();
    broken();
  };
}

/** @param {URLSearchParams} query */
function openEvents(query) {
  const events = new EventSource(`/api/live/stream?${query}`);
  const mine = { close: () => events.close(), say: null };
  wire = mine;
  events.onmessage = (event) => wire === mine && receive(event.data);
  events.onerror = () => {
    if (wire !== mine) return;
    // Closed, or it would try by itself as well.
    events.close();
    deafSockets = 0;
    if (heard === 0) whoIsThere();
    broken();
  };
}

/** @param {string} data */
function receive(data) {
  const frame = JSON.parse(data);
  heard = Date.now();
  if (frame.server_time) alignTo(frame.server_time);
  if (frame.type === "hello") {
    if (build !== null && build !== frame.build) newBuild.set(true);
    build = frame.build;
    deafSockets = Math.min(deafSockets, GIVE_UP_SOCKETS);
  }
  if (frame.type === "resync") cursor = null;
  if (frame.cursor && frame.type !== "hello") cursor = frame.cursor;
  const { state, tries } = link.peek();
  const steady = Date.now() - openedAt > STABLE;
  const since = state === "live" ? link.peek().since : Date.now();
  link.set({ state: "live", since, heard: instant(), tries: steady ? 0 : tries, retryAt: 0 });
  if (paused.peek() === null) deliver(frame);
  else hold(frame);
}

/** @param {any} frame */
function hold(frame) {
  if (frame.type === "beat" || frame.type === "hello") return;
  /** @type {any[]} */
  const news = frame.data ?? [];
  counters = news.findLast((it) => it.type === "metrics") ?? counters;
  const data = news.filter((it) => it.type !== "metrics");
  if (frame.type === "events" && data.length === 0) return;
  const changes = frame.type === "events" ? data.length : 1;
  weight += data.reduce((sum, it) => sum + (it.lines?.length ?? 0), changes);
  if (weight > MOST_HELD) held = [];
  else held.push(frame.type === "events" ? { ...frame, data } : frame);
  paused.set((paused.peek() ?? 0) + changes);
}

function watch() {
  if (!wanted || wire === null) return;
  const silence = Date.now() - (heard || openedAt);
  if (silence > SILENCE) {
    hangUp();
    broken();
  } else if (silence > LATE && link.peek().state === "live") {
    link.set({ ...link.peek(), state: "delayed" });
  }
}

function hangUp() {
  const old = wire;
  wire = null;
  old?.close();
}

/** The connection is gone: again after a while, at random so that not all pages come at once. */
function broken() {
  wire = null;
  if (!wanted) return;
  const before = link.peek();
  const tries = before.tries + 1;
  const most = tries === 1 ? FIRST_RETRY : Math.min(CAP, BASE * 2 ** tries);
  const wait = Math.random() * most;
  const fresh =
    before.state === "live" || before.state === "delayed" || before.state === "connecting";
  const state = before.state === "offline" ? "offline" : "reconnecting";
  link.set({
    state,
    since: fresh ? Date.now() : before.since,
    heard: before.heard,
    tries,
    retryAt: Date.now() + wait,
  });
  clearTimeout(retry);
  retry = setTimeout(attempt, wait);
}

async function attempt() {
  if (!wanted) return;
  const answers = await fetch("/livez", {
    cache: "no-store",
    signal: AbortSignal.timeout(SILENCE),
  }).then(
    (it) => it.ok,
    () => false,
  );
  if (!wanted || wire !== null) return;
  if (answers) {
    link.set({ ...link.peek(), state: "reconnecting", retryAt: 0 });
    open();
  } else {
    link.set({ ...link.peek(), state: "offline" });
    broken();
  }
}
