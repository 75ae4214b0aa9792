// Tabs of one browser tell each other that somebody has come or gone. Each then asks the server who
// is there: what another tab says is a hint.

import { signedOut } from "./api.js";

const channel = new BroadcastChannel("mission-control-session");

/** Tells the other tabs that somebody came or went here. */
export const tellTabs = () => channel.postMessage("changed");

/**
 * Calls `ask` when another tab has told of a change, and when somebody who was signed out here
 * looks at this tab again.
 * @param {() => void} ask
 */
export function onTold(ask) {
  channel.addEventListener("message", ask);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && signedOut.peek() === true) ask();
  });
}
