// Values that tell who reads them when they change.
//
// An effect runs again, once in a microtask, after anything it has read has changed. What an effect
// has made (other effects, listeners) is undone before it runs again and when its scope ends.

/** @template T @typedef {{(): T, set(value: T): void, peek(): T}} Signal */
/**
 * @typedef {{run: () => void, sources: Set<Set<Effect>>, cleanups: Array<() => void>, over: boolean}} Effect
 */

/** @type {Effect | null} */
let reader = null;
/** @type {Array<() => void> | null} */
let scope = null;
/** @type {Set<Effect>} */
const waiting = new Set();

/** How often an effect may cause itself to run again before that is called a mistake. */
const MOST_ROUNDS = 100;

/** @template T @param {T} value @returns {Signal<T>} */
export function signal(value) {
  /** @type {Set<Effect>} */
  const readers = new Set();
  const read = () => {
    if (reader) {
      readers.add(reader);
      reader.sources.add(readers);
    }
    return value;
  };
  read.peek = () => value;
  read.set = (/** @type {T} */ next) => {
    if (Object.is(next, value)) return;
    value = next;
    if (readers.size === 0) return;
    if (waiting.size === 0) queueMicrotask(flush);
    for (const effect of readers) waiting.add(effect);
  };
  return read;
}

/**
 * A value made of others, which changes only when its result does.
 * @template T
 * @param {() => T} make
 */
export function computed(make) {
  const made = signal(/** @type {T} */ (untracked(make)));
  effect(() => made.set(make()));
  return made;
}

/** @param {() => void} run */
export function effect(run) {
  /** @type {Effect} */
  const self = { run, sources: new Set(), cleanups: [], over: false };
  onCleanup(() => {
    self.over = true;
    forget(self);
  });
  perform(self);
}

/**
 * Undoes something when the effect or the scope that is being run ends.
 * @param {() => void} undo
 */
export function onCleanup(undo) {
  scope?.push(undo);
}

/**
 * Runs `make` in a scope of its own.
 * @template T
 * @param {() => T} make
 * @returns {[T, () => void]}
 */
export function scoped(make) {
  /** @type {Array<() => void>} */
  const cleanups = [];
  const outer = [reader, scope];
  [reader, scope] = [null, cleanups];
  try {
    return [make(), () => cleanups.splice(0).forEach((undo) => undo())];
  } finally {
    [reader, scope] = /** @type {[Effect | null, Array<() => void> | null]} */ (outer);
  }
}

/** Reads without being told of changes. @template T @param {() => T} read */
export function untracked(read) {
  const outer = reader;
  reader = null;
  try {
    return read();
  } finally {
    reader = outer;
  }
}

/** Runs what waits now instead of in a microtask. One that fails is reported; the others still run. */
export function flush() {
  for (let round = 0; waiting.size > 0; round += 1) {
    const batch = [...waiting];
    waiting.clear();
    if (round > MOST_ROUNDS) throw new Error("effects keep causing one another");
    for (const effect of batch) {
      try {
        perform(effect);
      } catch (failure) {
        reportError(failure);
      }
    }
  }
}

/** @param {Effect} self */
function perform(self) {
  if (self.over) return;
  forget(self);
  const outer = [reader, scope];
  [reader, scope] = [self, self.cleanups];
  try {
    self.run();
  } finally {
    [reader, scope] = /** @type {[Effect | null, Array<() => void> | null]} */ (outer);
  }
}

/** @param {Effect} self */
function forget(self) {
  for (const source of self.sources) source.delete(self);
  self.sources.clear();
  for (const undo of self.cleanups.splice(0)) undo();
}
