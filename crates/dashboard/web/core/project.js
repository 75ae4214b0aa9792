// The project that this document is about, for those who may see more than one.
//
// It never changes while the document lives: another one is another document, so that nothing that
// is known of the one can show in the other.

const STORED = "mission-control-project";
/** As the server takes them. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

let chosen = fromAddress() ?? sessionStorage.getItem(STORED) ?? localStorage.getItem(STORED);
if (chosen !== null && !NAME.test(chosen)) chosen = null;
if (chosen !== null) sessionStorage.setItem(STORED, chosen);

/** Its name; null for the one that is meant where none is named. */
export const project = () => chosen;

/** What `address` is called while this project is chosen. @param {string} address */
export function within(address) {
  if (chosen === null) return address;
  const url = new URL(address, location.origin);
  if (url.pathname !== "/login") url.searchParams.set("project", chosen);
  return url.pathname + url.search;
}

/** Goes on with another project, at its list of missions. @param {string} name */
export function choose(name) {
  sessionStorage.setItem(STORED, name);
  localStorage.setItem(STORED, name);
  location.assign(`/missions?project=${encodeURIComponent(name)}`);
}

/** Forgets a project that this person may not see; others of theirs are asked for from now on. */
export function unchoose() {
  chosen = null;
  sessionStorage.removeItem(STORED);
  localStorage.removeItem(STORED);
}

function fromAddress() {
  return new URLSearchParams(location.search).get("project");
}
