// What a panel shows of something that has to be asked for, again whenever it may have changed.

import * as api from "../core/api.js";
import { when } from "../core/dom.js";
import { effect, onCleanup, signal, untracked } from "../core/signal.js";
import { errorState, skeleton } from "./states.js";
import { text } from "../core/text.js";

/**
 * @template T @param {() => unknown} changed @param {(stop: AbortSignal) => Promise<T>} ask
 */
export function loaded(changed, ask) {
  const value = signal(/** @type {T | null} */ (null));
  const error = signal(/** @type {api.ApiError | null} */ (null));
  let context = new AbortController();
  const load = async () => {
    context.abort();
    const mine = (context = new AbortController());
    try {
      const answer = await ask(mine.signal);
      if (mine.signal.aborted) return;
      value.set(answer);
      error.set(null);
    } catch (problem) {
      if (mine.signal.aborted) return;
      if (!(problem instanceof api.ApiError)) throw problem;
      error.set(problem);
    }
  };
  effect(() => {
    changed();
    untracked(load);
  });
  onCleanup(() => context.abort());
  return { value, error, load };
}

/**
 * What `show` makes of the value, once: it patches itself when another answer comes, so that no
 * focus, selection or opened part is lost.
 * @template T
 * @param {ReturnType<typeof loaded<T>>} source
 * @param {string} what
 * @param {(value: () => T) => import("../core/dom.js").Leaf} show
 * @returns {() => import("../core/dom.js").Leaf}
 */
export function loadedView({ value, error, load }, what, show) {
  const there = () => /** @type {T} */ (value());
  return when(
    () => (value() !== null ? "there" : (error() ?? "loading")),
    (state) => {
      if (state === "there") return show(there);
      if (state === "loading") return skeleton(what, 3);
      return errorState(
        text.detail.panelFailed(what),
        /** @type {api.ApiError} */ (state),
        load,
      );
    },
  );
}
