// The address is the state of the page.

import { signal } from "./signal.js";

/**
 * @typedef {{page: "missions" | "agents" | "enter", mission: string | null, query: URLSearchParams}} Place
 */

const HOME = "/missions";

/** Where the page is. */
export const place = signal(read());

/** @param {string} address @param {{replace?: boolean}} [how] */
export function go(address, { replace = false } = {}) {
  if (address === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  place.set(read());
}

/**
 * An address of the list, with its filters, and of one of its missions.
 * @param {string | null} mission
 * @param {URLSearchParams} [query]
 */
export function missions(mission, query = place.peek().query) {
  const kept = new URLSearchParams(query);
  if (!mission) kept.delete("tab");
  const tail = kept.size > 0 ? `?${kept}` : "";
  return (mission ? `/missions/${encodeURIComponent(mission)}` : "/missions") + tail;
}

export function startRouter() {
  addEventListener("popstate", () => place.set(read()));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const plain =
      event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!(link instanceof HTMLAnchorElement) || !plain || event.defaultPrevented) return;
    if (link.origin !== location.origin || link.target || link.hash) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}

/** @returns {Place} */
function read() {
  const query = new URLSearchParams(location.search);
  const [, first, second] = location.pathname.split("/");
  if (first === "enter") return { page: "enter", mission: null, query };
  if (first === "agents") return { page: "agents", mission: null, query };
  if (first !== "missions") history.replaceState(null, "", HOME);
  return { page: "missions", mission: second ? decoded(second) : null, query };
}

/** A part of a path; one that is not well formed is taken as it stands. @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
