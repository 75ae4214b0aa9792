// Calls of the public API. A refusal is an `ApiError` that says why, in the server's words.

import { project } from "./project.js";
import { signal } from "./signal.js";
import { text } from "./text.js";

/** Nobody waits longer for an answer. */
const PATIENCE = 15_000;
/** Answers to what was typed, not to whoever is signed in. */
const MISTYPED = ["wrong_credentials", "unknown_token", "spent_code"];
/** What is asked to find out who is there. */
const ENTRANCE = /^\/api\/(?:login|logout|me)$/;
/** What is about a person is the same in every project. */
const PERSONAL = /^\/api\/(?:(?:login|logout|me)(?:[/?]|$)|projects$)/;

/** Whether somebody has to sign in before anything else can be asked; null until that is known. */
export const signedOut = signal(/** @type {boolean | null} */ (null));

/**
 * Counts sign-ins and sign-outs: what was asked before the last of them says nothing about who is
 * there now.
 */
let era = 0;

/** Somebody has signed in. */
export function arrived() {
  era += 1;
  signedOut.set(false);
}

/** Nobody is signed in any more. */
export function departed() {
  era += 1;
  signedOut.set(true);
}

/** @typedef {{field: string, code: string, message: string}} FieldError */

export class ApiError extends Error {
  /**
   * @param {number} status 0 when there was no answer
   * @param {string} code
   * @param {string} detail
   * @param {FieldError[]} errors
   * @param {string} reference
   * @param {number} wait seconds after which to try again; 0 when nothing was said
   */
  constructor(status, code, detail, errors = [], reference = "", wait = 0) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = errors;
    this.reference = reference;
    this.wait = wait;
  }
}

/** @param {string} path @param {AbortSignal} [stop] */
export const get = (path, stop) => call("GET", path, undefined, { stop });

/**
 * An idempotency key makes a repeated command one command.
 * @param {string} path
 * @param {unknown} [body]
 * @param {string} [key]
 */
export const post = (path, body = {}, key = freshKey()) => call("POST", path, body, { key });

/** @param {string} path @param {unknown} body */
export const patch = (path, body) => call("PATCH", path, body);

/** @param {string} path @param {unknown} body */
export const put = (path, body) => call("PUT", path, body);

/** @param {string} path */
export const remove = (path) => call("DELETE", path, undefined);

/**
 * Of our own origin and of nobody else's, since who is signed in goes along.
 * @param {string} method @param {string} path @param {unknown} body
 * @param {{stop?: AbortSignal, key?: string}} [how] @returns {Promise<any>}
 */
async function call(method, path, body, { stop, key } = {}) {
  const headers = new Headers({ accept: "application/json" });
  if (body !== undefined) headers.set("content-type", "application/json");
  if (key) headers.set("idempotency-key", key);
  const chosen = project();
  if (chosen !== null && !PERSONAL.test(path)) headers.set("x-project", chosen);
  const patience = AbortSignal.timeout(PATIENCE);
  const signal = stop ? AbortSignal.any([stop, patience]) : patience;
  const mine = era;
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers,
      signal,
      mode: "same-origin",
      credentials: "same-origin",
      redirect: "error",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.ok) {
      if (signedOut.peek() === null && !ENTRANCE.test(path)) signedOut.set(false);
      return answer.status === 204 ? null : await answer.json();
    }
  } catch (error) {
    if (stop?.aborted) throw error;
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw late
      ? new ApiError(0, "timeout", text.problem.timeout)
      : new ApiError(0, "offline", text.problem.offline);
  }
  const problem = await refusal(answer);
  const unknown = answer.status === 401 && !MISTYPED.includes(problem.code);
  if (unknown && mine === era) departed();
  throw problem;
}

/** @param {Response} answer */
async function refusal(answer) {
  const problem = await answer.json().catch(() => ({}));
  const reference = problem.request_id ?? answer.headers.get("x-request-id") ?? "";
  const wait = Number(answer.headers.get("retry-after")) || 0;
  const detail =
    answer.status === 429
      ? text.problem.tooMany(wait > 0 ? String(wait) : "a few")
      : (problem.detail ?? text.problem.status(answer.status));
  return new ApiError(
    answer.status,
    problem.code ?? "unknown",
    detail,
    problem.errors ?? [],
    reference,
    wait,
  );
}

/** Random, also where the page is not a secure context and `randomUUID` is missing. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
