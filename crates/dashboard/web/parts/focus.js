// Focus that outlives the button it was on.

/**
 * When the focus is in `bar` and its button is about to go, the bar takes it, so that whoever goes
 * by the keyboard stays where they were.
 * @param {() => HTMLElement | null} bar
 */
export function keepFocus(bar) {
  const before = document.activeElement;
  if (!before || !bar()?.contains(before)) return;
  queueMicrotask(() => {
    if (!before.isConnected && document.activeElement === document.body) bar()?.focus();
  });
}
