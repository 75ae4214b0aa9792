// Copying, also where the clipboard is out of reach and the text can only be selected.

import { h } from "../core/dom.js";
import { signal } from "../core/signal.js";
import { text } from "../core/text.js";

const SHOWN = 2_000;

/** @param {string} what @param {Element} [near] what is selected when nothing can be copied */
export async function copy(what, near) {
  try {
    await navigator.clipboard.writeText(what);
    return true;
  } catch {
    if (near) getSelection()?.selectAllChildren(near);
    return false;
  }
}

/**
 * @param {string} what
 * @param {import("../core/dom.js").Child} label
 * @param {Record<string, any>} [more]
 * @param {Element} [source] where the text stands, to be selected when it cannot be copied
 */
export function copyButton(what, label, more = {}, source = undefined) {
  const copied = signal(false);
  const act = async (/** @type {Event} */ event) => {
    const near = source ?? event.currentTarget;
    if (!(await copy(what, near instanceof Element ? near : undefined))) return;
    copied.set(true);
    setTimeout(() => copied.set(false), SHOWN);
  };
  return h(
    "button",
    { type: "button", class: "copy", onclick: act, ...more },
    label,
    h("span", { class: "copied", role: "status" }, () => (copied() ? ` ${text.list.copied}` : "")),
  );
}
