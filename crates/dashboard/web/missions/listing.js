// The list of missions as data: pages by cursor, patched by events, never moved under a hand.

import * as api from "../core/api.js";
import { instant } from "../core/clock.js";
import { computed, onCleanup, signal } from "../core/signal.js";
import * as store from "../core/store.js";

const PAGE = 50;
/** The most rows of the page; others are found by a filter. */
export const MOST_ROWS = 5_000;
/** Above this, new missions wait to be asked for instead of making the list ever longer. */
const MOST_INSERTED = 500;
/** Above this, those that wait are only counted, and the list is loaded anew when they are wanted. */
const MOST_FRESH = 999;
/** After this long without a hand on it, a list that is at its top is tidied up. */
const IDLE = 10_000;
/** Old missions leave step by step: a list catches up with them no more often than this. */
const REMOVED_AGAIN = 10_000;
export const NEWEST = "-created_at";
/** No mission leaves in one of these. */
const ACTIVE = ["pending", "running"];

/** @typedef {{status: string[], priority: string[], q: string, sort: string}} Filters */

/** @param {URLSearchParams} query @returns {Filters} */
export function filtersOf(query) {
  const list = (/** @type {string} */ name) => (query.get(name) ?? "").split(",").filter(Boolean);
  return {
    status: list("status"),
    priority: list("priority"),
    q: (query.get("q") ?? "").trim(),
    sort: query.get("sort") ?? NEWEST,
  };
}

/** @param {Filters} filters */
export const isFiltered = (filters) =>
  filters.status.length > 0 || filters.priority.length > 0 || filters.q !== "";

/**
 * Where the API has them.
 * @param {Filters} filters
 * @param {{limit: string, sort: string, cursor?: string}} part which of them
 */
function pathOf({ status, priority, q }, part) {
  const query = new URLSearchParams(part);
  if (status.length > 0) query.set("status", status.join(","));
  if (priority.length > 0) query.set("priority", priority.join(","));
  if (q) query.set("q", q);
  return `/api/missions?${query}`;
}

/**
 * Whether a mission belongs into the list, as far as the page can tell.
 * @param {store.Mission} mission
 * @param {Filters} filters
 */
export function matches(mission, filters) {
  if (filters.status.length > 0 && !filters.status.includes(mission.status)) return false;
  if (filters.priority.length > 0 && !filters.priority.includes(mission.priority)) return false;
  if (filters.q === "") return true;
  const words =
    `${mission.title}\n${mission.description}\n${mission.error_message ?? ""}`.toLowerCase();
  return words.includes(filters.q.toLowerCase());
}

/**
 * @param {() => Filters} filters the filters now, not read as a signal
 * @param {() => boolean} busy whether a hand is on the list
 */
export function listing(filters, busy) {
  const ids = signal(/** @type {string[]} */ ([]));
  const total = signal(/** @type {number | null} */ (null));
  const capped = signal(false);
  const next = signal(/** @type {string | null} */ (null));
  const loading = signal(/** @type {"first" | "more" | null} */ ("first"));
  const error = signal(/** @type {api.ApiError | null} */ (null));
  const fresh = signal(/** @type {string[]} */ ([]));
  /** How many wait besides those in `fresh`. */
  const beyond = signal(0);
  const waiting = computed(() => fresh().length + beyond());
  const loadedAt = signal(0);
  /** What was made while the list is being loaded, newest first; null when it is not. */
  let arrived = /** @type {string[] | null} */ (null);
  /** What was made while the list is being counted; null when it is not. */
  let uncounted = /** @type {string[] | null} */ (null);
  /** The newest mission that has been counted. */
  let newest = "";
  /** Whether some rows may be of missions that have left. */
  let stale = false;
  /** Whether nobody looks at the list any more. */
  let over = false;
  let context = new AbortController();

  /** @param {boolean} more */
  async function load(more) {
    context.abort();
    const mine = (context = new AbortController());
    loading.set(more ? "more" : "first");
    if (!more) [arrived, stale] = [[], false];
    const part = { limit: String(PAGE), sort: filters().sort };
    const cursor = next.peek();
    const path = pathOf(filters(), more && cursor ? { ...part, cursor } : part);
    try {
      const page = await api.get(path, mine.signal);
      const before = more ? ids.peek() : [];
      const there = new Set(before);
      const found = page.missions.map((/** @type {store.Mission} */ it) => it.id);
      page.missions.forEach(store.learn);
      // In the order of creation, what is not on the first page was made after the answer.
      const later = (!more && filters().sort === NEWEST && arrived) || [];
      const late = later.filter((id) => !found.includes(id) && store.mission(id));
      const further = found.filter((/** @type {string} */ id) => !there.has(id));
      ids.set([...late, ...before, ...further]);
      total.set(page.total + late.length);
      capped.set(page.total_capped === true);
      next.set(page.next_cursor);
      if (!more) {
        fresh.set([]);
        beyond.set(0);
        arrived = null;
      }
      loadedAt.set(Date.now());
      error.set(null);
      store.forget();
    } catch (problem) {
      if (mine.signal.aborted) return;
      if (!(problem instanceof api.ApiError)) throw problem;
      error.set(problem);
    }
    loading.set(null);
  }

  /** Whether new missions go to the top of the list by themselves. */
  const grows = () => filters().sort === NEWEST && ids.peek().length < MOST_INSERTED;

  /** @param {any} event */
  function happened(event) {
    const id = event.mission;
    if (event.type === "missions_removed") return void left(event.removed);
    if (event.type !== "mission_created" || !event.body) return;
    if (ids.peek().includes(id) || fresh.peek().includes(id)) return;
    if (!matches(event.body, filters())) return;
    uncounted?.push(id);
    if (id > newest) total.set((total.peek() ?? 0) + 1);
    if (fresh.peek().length >= MOST_FRESH) return beyond.set(beyond.peek() + 1);
    store.learn(event.body);
    if (arrived) arrived = [id, ...arrived].slice(0, MOST_FRESH);
    if (grows() && !busy() && fresh.peek().length === 0) ids.set([id, ...ids.peek()]);
    else fresh.set([id, ...fresh.peek()]);
    store.forget();
  }

  /** Asks how long the list is and leaves its rows alone. */
  async function count() {
    const mine = context;
    /** @type {string[]} */
    const made = (uncounted = []);
    const path = pathOf(filters(), { limit: "1", sort: NEWEST });
    const answer = await api.get(path).finally(() => (uncounted = null));
    // A list that was loaded meanwhile, or is being loaded, has a length of its own.
    if (context !== mine) return;
    newest = answer.missions[0]?.id ?? newest;
    total.set(answer.total + made.filter((id) => id > newest).length);
    capped.set(answer.total_capped === true);
  }

  const catchUp = store.seldom(REMOVED_AGAIN, async () => {
    if (over) return;
    // What is on its way may be from before: then once more after it.
    if (loading.peek() !== null) catchUp();
    else if (stale && !busy()) await load(false);
    else await count();
  });

  /**
   * Old missions have left the store. How many of them the list had, only the server knows: an
   * answer may have come without them before this was told.
   * @param {{first: string, last: string}} removed
   */
  function left({ first, last }) {
    const { status } = filters();
    if (status.length > 0 && status.every((word) => ACTIVE.includes(word))) return;
    stale ||= ids.peek().some((id) => {
      const mission = store.mission(id)?.peek();
      return id >= first && id <= last && !ACTIVE.includes(mission?.status ?? "");
    });
    catchUp();
  }

  /** Puts what waits where it belongs. */
  function showFresh() {
    if (filters().sort !== NEWEST || beyond.peek() > 0) return void load(false);
    const those = fresh.peek();
    fresh.set([]);
    ids.set([...those, ...ids.peek()]);
    tidy();
  }

  /** Drops rows that have stopped matching. */
  function tidy() {
    const stays = ids.peek().filter((id) => {
      const mission = store.mission(id)?.peek();
      return mission && matches(mission, filters());
    });
    if (stays.length < ids.peek().length) ids.set(stays);
  }

  let idleSince = instant();
  const idle = setInterval(() => {
    if (busy()) idleSince = instant();
    else if (instant() - idleSince > IDLE) {
      if (stale && loading.peek() === null) catchUp();
      else if (fresh.peek().length > 0 && grows()) showFresh();
      else tidy();
    }
  }, 1_000);

  onCleanup(() => clearInterval(idle));
  onCleanup(() => context.abort());
  onCleanup(() => (over = true));
  onCleanup(store.onEvent(happened));
  onCleanup(store.hold(() => [...ids.peek(), ...fresh.peek(), ...(arrived ?? [])]));
  onCleanup(store.onResync(() => load(false)));

  const cancel = () => {
    context.abort();
    loading.set(null);
  };
  return { ids, total, capped, next, loading, error, waiting, loadedAt, load, showFresh, cancel };
}
