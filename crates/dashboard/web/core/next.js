// Where somebody goes once they have signed in: to an address of this page, never of anybody else.

/** Where whoever names no place goes. */
export const HOME = "/missions";

/** Longer addresses of ours there are none: every filter of the list at its most fits in. */
const LONGEST = 2_000;
/** What a browser drops from an address or takes for a slash, so that it would read another one. */
const MISREAD = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029\\]/;
/** First parts of the addresses that can be gone back to; signing in is not among them. */
const PLACES = ["", "missions", "agents", "account"];

/**
 * `wanted` when it is an address of this page, else [`HOME`].
 * @param {string | null | undefined} wanted
 */
export function safeNext(wanted) {
  if (!wanted || wanted.length > LONGEST || MISREAD.test(wanted)) return HOME;
  if (!/^\/(?!\/)/.test(wanted)) return HOME;
  // Dots are resolved here as they would be on the way: behind them may stand two slashes.
  const url = URL.parse(wanted, location.origin);
  if (!url || url.origin !== location.origin || url.pathname.startsWith("//")) return HOME;
  if (!PLACES.includes(url.pathname.split("/")[1] ?? "")) return HOME;
  return url.pathname + url.search;
}

/** The address at which somebody signs in to go on where they are. */
export function loginAddress() {
  const here = safeNext(location.pathname + location.search);
  return here === HOME ? "/login" : `/login?next=${encodeURIComponent(here)}`;
}

/** Where whoever signs in at this address was going. */
export const wanted = () => safeNext(new URLSearchParams(location.search).get("next"));
