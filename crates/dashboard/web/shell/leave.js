// Signing out: the document goes with everything that is known in it.

import * as api from "../core/api.js";
import { connectNow, disconnect } from "../core/live.js";
import { tellTabs } from "../core/session.js";
import { toast } from "./toasts.js";

/** @param {boolean} everywhere whether their other sessions end as well */
export async function signOut(everywhere) {
  // The server would close the stream, as if the session had ended by itself.
  disconnect();
  try {
    await api.post("/api/logout", everywhere ? { everywhere } : {});
  } catch (problem) {
    if (!(problem instanceof api.ApiError)) throw problem;
    if (api.signedOut.peek() !== true) connectNow();
    return toast(problem.detail, { error: true });
  }
  tellTabs();
  // The browser may keep the document to come back to it.
  document.body.replaceChildren();
  location.assign("/login");
}
