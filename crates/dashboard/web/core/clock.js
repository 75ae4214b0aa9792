// One ticker for the whole page, on the server's clock, which rests while nobody looks.

import { signal } from "./signal.js";

const TICK = 1000;

/** How far the server's clock is ahead of ours, in milliseconds. */
let ahead = 0;
/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

/** Now on the server's clock, in milliseconds since the epoch; changes once a second. */
export const now = signal(Date.now());

/** The exact instant on the server's clock. */
export const instant = () => Date.now() + ahead;

/** @param {string} serverTime */
export function alignTo(serverTime) {
  ahead = Date.parse(serverTime) - Date.now();
  now.set(instant());
}

export function startClock() {
  const run = () => {
    clearInterval(ticking);
    if (document.hidden) return;
    now.set(instant());
    ticking = setInterval(() => now.set(instant()), TICK);
  };
  document.addEventListener("visibilitychange", run);
  run();
}
