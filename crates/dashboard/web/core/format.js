// How values look. What is not known is a dash, never a zero.

export const UNKNOWN = "–";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const clockTime = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** Characters that hide, reorder or command: shown by their number instead of obeyed. */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
/** What terminals are commanded with (ECMA-48). */
const TERMINAL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Text of others, safe to look at. @param {string} text */
export function visible(text) {
  const plain = text.replace(TERMINAL, "");
  return plain.replace(
    HIDDEN,
    (it) => `⟨${(it.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}⟩`,
  );
}

/** `42s`, `3m 10s`, `2h 04m`, `5d`. @param {number | null | undefined} milliseconds */
export function span(milliseconds) {
  if (milliseconds === null || milliseconds === undefined || Number.isNaN(milliseconds))
    return UNKNOWN;
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ${two((ms % MINUTE) / SECOND)}s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h ${two((ms % HOUR) / MINUTE)}m`;
  return `${Math.floor(ms / DAY)}d`;
}

/**
 * A measured duration: below ten seconds its tenths count.
 * @param {number | null | undefined} seconds
 */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return UNKNOWN;
  if (seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  return seconds < 10 ? `${seconds.toFixed(1)}s` : span(seconds * SECOND);
}

/** How long ago. @param {string | null | undefined} time @param {number} now */
export function age(time, now) {
  return time ? span(now - Date.parse(time)) : UNKNOWN;
}

/** With its zone, for titles and details. @param {string | null | undefined} time */
export function absolute(time) {
  if (!time) return UNKNOWN;
  const date = new Date(time);
  const minutes = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + minutes * MINUTE)
    .toISOString()
    .slice(0, 19)
    .replace("T", " ");
  const [sign, by] = [minutes < 0 ? "−" : "+", Math.abs(minutes)];
  return minutes === 0 ? `${local} UTC` : `${local} ${sign}${two(by / 60)}:${two(by % 60)}`;
}

/** @param {string | number} time */
export const clock = (time) => clockTime.format(new Date(time));

/** `$0.0123` below a dollar, `$12.40` above. @param {number | null | undefined} dollars */
export function cost(dollars) {
  if (dollars === null || dollars === undefined) return UNKNOWN;
  if (dollars === 0) return "$0";
  if (dollars < 0.0001) return "<$0.0001";
  return dollars < 1
    ? `$${dollars.toFixed(4)}`
    : `$${whole.format(Math.floor(dollars))}${cents(dollars)}`;
}

/** `12.4k`. @param {number | null | undefined} number */
export function count(number) {
  if (number === null || number === undefined) return UNKNOWN;
  if (number < 10_000) return whole.format(number);
  if (number < 1_000_000) return `${(number / 1000).toFixed(1)}k`;
  if (number < 1_000_000_000) return `${(number / 1_000_000).toFixed(1)}M`;
  return `${(number / 1_000_000_000).toFixed(1)}G`;
}

/** @param {number | null | undefined} number */
export const exact = (number) =>
  number === null || number === undefined ? UNKNOWN : whole.format(number);

/** @param {number | null | undefined} value */
export const percent = (value) =>
  value === null || value === undefined ? UNKNOWN : `${Math.floor(value)} %`;

/** The middle left out; the ends tell ids of one minute apart. @param {string} id */
export const shortId = (id) => `${id.slice(0, 4)}…${id.slice(-4)}`;

/** @param {number} value */
const two = (value) => String(Math.floor(value)).padStart(2, "0");

/** @param {number} dollars */
const cents = (dollars) =>
  (dollars % 1).toFixed(2) === "1.00" ? ".99" : (dollars % 1).toFixed(2).slice(1);
