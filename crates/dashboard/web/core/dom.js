// Elements made by calls, whose reactive parts patch themselves. Text stays text: nothing here, or
// anywhere in the page, makes markup out of a string.

import { effect, onCleanup, scoped, untracked } from "./signal.js";

/** @typedef {Node | string | number | null | undefined | false} Leaf */
/** @typedef {Leaf | Leaf[] | (() => Leaf | Leaf[])} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. A function as a property or a child is read again when what it has read changes; one
 * that begins with `on` is a listener. `ref` gets the element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any> | null} properties
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name === "ref") value(element);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (typeof value === "function") effect(() => set(element, name, value()));
    else set(element, name, value);
  }
  mount(element, ...children);
  return element;
}

/**
 * Puts children at the end of `parent`.
 * @param {Element} parent
 * @param {...(Child | Child[])} children
 */
export function mount(parent, ...children) {
  for (const child of children.flat()) append(parent, child);
}

/**
 * A mark of the sprite in the shell; it says nothing that the text beside it does not.
 * @param {string} name
 */
export function mark(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "mark");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#m-${name}`);
  svg.append(use);
  return svg;
}

/**
 * What `render` makes of a key, made anew only when the key changes; nothing for a key that is
 * false, empty, null or undefined.
 * @template T
 * @param {() => T} key
 * @param {(key: NonNullable<T>) => Leaf} render
 * @returns {() => Leaf}
 */
export function when(key, render) {
  /** @type {unknown} */
  let last;
  /** @type {Leaf} */
  let made = null;
  let end = () => {};
  let first = true;
  onCleanup(() => end());
  return () => {
    const now = key();
    if (first || !Object.is(now, last)) {
      [first, last] = [false, now];
      end();
      end = () => {};
      made = null;
      if (now !== false && now !== "" && now !== null && now !== undefined) {
        [made, end] = scoped(() => render(/** @type {NonNullable<T>} */ (now)));
      }
    }
    return made;
  };
}

/**
 * One element for each key, in order, each made once: what stays is neither made anew nor moved.
 * @template K @param {Element} parent @param {() => K[]} keys @param {(key: K) => Element} render
 */
export function each(parent, keys, render) {
  /** @type {Map<K, [Element, () => void]>} */
  const shown = new Map();
  onCleanup(() => shown.forEach(([, end]) => end()));
  effect(() => {
    const wanted = keys();
    const keep = new Set(wanted);
    for (const [key, [element, end]] of shown) {
      if (keep.has(key)) continue;
      end();
      element.remove();
      shown.delete(key);
    }
    let next = parent.firstElementChild;
    for (const key of wanted) {
      let entry = shown.get(key);
      if (!entry) {
        entry = untracked(() => scoped(() => render(key)));
        shown.set(key, entry);
      }
      if (entry[0] === next) next = next.nextElementSibling;
      else parent.insertBefore(entry[0], next);
    }
  });
}

/**
 * One element for each value, made anew only when something in the value differs.
 * @template V @param {Element} parent @param {() => V[]} values @param {(value: V) => Element} render
 */
export function eachValue(parent, values, render) {
  each(
    parent,
    () => [...new Set(values().map((value) => JSON.stringify(value)))],
    (key) => render(JSON.parse(key)),
  );
}

/** @param {Element} element @param {string} name @param {any} value */
function set(element, name, value) {
  const owned = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
  if ((name === "value" && owned) || name === "checked" || name === "indeterminate") {
    if (/** @type {any} */ (element)[name] !== value) /** @type {any} */ (element)[name] = value;
  } else if (name.startsWith("--")) {
    /** @type {HTMLElement} */ (element).style.setProperty(name, value);
  } else if (value === false || value === null || value === undefined) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {Element} parent @param {Child} child */
function append(parent, child) {
  if (typeof child !== "function") {
    parent.append(...nodes(child));
    return;
  }
  const end = document.createComment("");
  /** @type {Node[]} */
  let shown = [];
  parent.append(end);
  effect(() => {
    const next = nodes(child());
    const [old] = shown;
    if (shown.length === 1 && next.length === 1 && old instanceof Text && next[0] instanceof Text) {
      if (old.data !== next[0].data) old.data = next[0].data;
      return;
    }
    for (const node of shown) if (!next.includes(node)) node.parentNode?.removeChild(node);
    for (const node of next) if (!shown.includes(node)) end.parentNode?.insertBefore(node, end);
    shown = next;
  });
}

/** @param {Leaf | Leaf[]} leaves @returns {Node[]} */
function nodes(leaves) {
  const list = Array.isArray(leaves) ? leaves : [leaves];
  const present = list.filter((leaf) => leaf !== null && leaf !== undefined && leaf !== false);
  return present.map((leaf) =>
    leaf instanceof Node ? leaf : document.createTextNode(String(leaf)),
  );
}
