// The address is the state of the page.

import { HOME } from "./next.js";
import { within } from "./project.js";
import { signal } from "./signal.js";

/** @typedef {"missions" | "agents" | "account" | "login" | "enter"} Page */
/** @typedef {{page: Page, mission: string | null, query: URLSearchParams}} Place */

/** Pages whose address is their name. */
const PLAIN = /** @type {const} */ (["agents", "account", "login", "enter"]);

/** Where the page is. */
export const place = signal(read());

/** @param {string} address @param {{replace?: boolean}} [how] */
export function go(address, { replace = false } = {}) {
  const named = within(address);
  if (named === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", named);
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
  const page = PLAIN.find((it) => it === first);
  if (page) return { page, mission: null, query };
  if (first !== "missions") history.replaceState(null, "", within(HOME));
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
