// What a browser is called, by what it says of itself. It may say anything: this is for the eye.

import { visible } from "../core/format.js";
import { text } from "../core/text.js";

/** The first that is found counts: many say the names of others as well. */
const BROWSERS = /** @type {Array<[RegExp, string]>} */ ([
  [/\bEdg(?:A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Headless)?(?:Chrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
]);
const SYSTEMS = /** @type {Array<[RegExp, string]>} */ ([
  [/\b(?:iPhone|iPad)\b/, "iOS"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
]);
/** Of one that nobody knows, as much is shown. */
const SHOWN = 60;

/** @param {string} agent the header `User-Agent` */
export function browserName(agent) {
  const words = text.account.sessions;
  const of = (/** @type {typeof BROWSERS} */ list) => list.find(([known]) => known.test(agent))?.[1];
  const [browser, system] = [of(BROWSERS), of(SYSTEMS)];
  if (browser) return system ? words.on(browser, system) : browser;
  return agent ? visible(agent.slice(0, SHOWN)) : words.unknown;
}
