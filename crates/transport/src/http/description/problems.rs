//! Every code that a refusal can have: what it means, and what to do about it.

/// One code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// What a program branches on.
    pub(super) code: &'static str,
    /// The statuses with which it is answered.
    pub(super) statuses: &'static [u16],
    /// What has happened.
    pub(super) means: &'static str,
    /// What to do next.
    pub(super) remedy: &'static str,
}

/// The code, if it is one of ours.
pub(super) fn find(code: &str) -> Option<&'static Known> {
    ALL.iter().find(|known| known.code == code)
}

/// What any request can be refused with.
pub(super) const USUAL: &[&str] = &[
    "wrong_host",
    "malformed_query",
    "duplicate_parameter",
    "unknown_field",
    "duplicate_host",
    "internal",
];
/// What a request about a project can be refused with besides.
pub(super) const KNOWN_CALLERS: &[&str] = &[
    "unauthenticated",
    "forbidden",
    "not_found",
    "ambiguous_project",
    "identities_unavailable",
    "storage_unavailable",
    "busy",
    "deadline_exceeded",
];
/// What a request that acts can be refused with besides.
pub(super) const ACTING: &[&str] = &["cross_origin", "outcome_unknown"];
/// What a request with a body can be refused with besides.
pub(super) const BODIES: &[&str] = &[
    "malformed_json",
    "duplicate_key",
    "incomplete_body",
    "body_too_large",
    "body_too_slow",
    "unsupported_media_type",
    "expected_object",
    "missing_field",
    "wrong_type",
    "read_only_field",
];
/// What a request under an `Idempotency-Key` can be refused with besides.
pub(super) const IDEMPOTENT: &[&str] = &["invalid_idempotency_key"];

const fn known(
    code: &'static str,
    statuses: &'static [u16],
    means: &'static str,
    remedy: &'static str,
) -> Known {
    Known { code, statuses, means, remedy }
}

const FIELD: &[u16] = &[422];

/// All of them, by status: the request itself first, then its fields, then the state of things.
#[rustfmt::skip]
pub(super) const ALL: &[Known] = &[
    known("malformed_json", &[400], "The body is no JSON, or no UTF-8.", "The answer says at which line and column."),
    known("duplicate_key", &[400], "A member stands twice in one object.", "Send it once."),
    known("malformed_query", &[400], "The query is not percent-encoded UTF-8.", "Encode its values."),
    known("duplicate_parameter", &[400], "A query parameter is given twice.", "Send several values as one, with commas."),
    known("unknown_field", &[400, 422], "A query parameter (400) or member (422) that does not exist here.", "The answer lists those that do."),
    known("invalid_cursor", &[400], "The cursor is not one that this list gave in this order.", "Begin without one."),
    known("ambiguous_project", &[400], "The request names two projects.", "Name one."),
    known("duplicate_host", &[400], "The request has two Host headers.", "Send one."),
    known("incomplete_body", &[400], "The body ended too early.", "Send it again, whole."),
    known("malformed_if_match", &[400], "If-Match is neither `*` nor one ETag.", "Send the ETag as it was read."),
    known("invalid_idempotency_key", &[400], "Idempotency-Key is not given once with 1 to 255 visible characters.", "Send a fresh UUID."),
    known("malformed_key", &[400], "Sec-WebSocket-Key is not sixteen bytes in base 64.", "Leave the handshake to a library."),
    known("unknown_subprotocol", &[400], "Another WebSocket subprotocol is asked for.", "Ask for `mission-control.v1`, or for none."),
    known("malformed_request", &[400], "What was sent is no HTTP request.", "Look at what stands between the client and here."),
    known("unauthenticated", &[401], "No token, or none that counts.", "Send `Authorization: Bearer …`; make a token on the page, under Account."),
    known("wrong_credentials", &[401], "What was shown lets nobody in.", "Look at what was typed; a link works once, within 15 minutes, on the machine of its server."),
    known("forbidden", &[403], "Your role does not allow this.", "Ask somebody whose role does."),
    known("no_person", &[403], "Only a person who has signed in has a password.", "Sign in with a name and its password."),
    known("cross_origin", &[403], "A page of another origin wants something done.", "Send a token, or call from a page of this server."),
    known("invalid_preview_token", &[403], "The token is none that a preview in this project has given you.", "Preview for yourself."),
    known("beyond_your_role", &[403], "That would give more than you have, or take from somebody above you.", "Ask for less, or ask somebody who has more."),
    known("people_alone", &[403], "Only people make tokens.", "Sign in, and make it on the account page."),
    known("not_your_agent", &[403], "The token acts as one agent alone, which is not this one.", "Register under the name that the token was made for, and claim what you perform."),
    known("not_found", &[404], "There is nothing here, or nothing that you may see.", "Look at the path, the id and the project."),
    known("method_not_allowed", &[405], "The path does not take this method.", "The Allow header lists those it takes."),
    known("body_too_slow", &[408], "The body did not arrive in time.", "Send it again over a better line, or in parts."),
    known("invalid_transition", &[409], "The mission's life does not know this command where it stands.", "Read the mission; `docs/STATES.md` shows the whole life."),
    known("not_ready", &[409], "It is held, or a dependency is open.", "`explain` says what it waits for."),
    known("lease_lost", &[409], "The lease is over, or another's.", "Stop working on this mission and report nothing more."),
    known("lease_required", &[409], "An agent holds this mission.", "Name its `lease_id`."),
    known("not_leased", &[409], "The mission is driven from outside.", "Leave `lease_id` out; heartbeat, snooze and release are for leases."),
    known("parent_finished", &[409], "The parent is already over.", "Make the mission below another, or on its own."),
    known("runs_missions", &[409], "The agent runs missions.", "Drain it and wait."),
    known("login_taken", &[409], "Somebody has this login, or had it.", "Choose another: logins are never given twice."),
    known("project_taken", &[409], "There is a project of this name.", "Use it, or choose another name."),
    known("last_administrator", &[409], "Nobody would be left who may do everything and can sign in.", "Give somebody else the role admin and a password first."),
    known("no_room", &[409], "There are as many as there may be.", "Take back tokens that nobody uses; keep people and projects as they are."),
    known("changed", &[409], "The mission is no longer as it was when it was chosen.", "Read it, and choose anew."),
    known("preview_expired", &[410], "The preview is over; nothing was done.", "Preview again."),
    known("stale_revision", &[412], "Somebody has edited it since it was read.", "Read it again and decide anew."),
    known("body_too_large", &[413], "The body has more bytes than the route takes.", "The answer says how many it takes."),
    known("uri_too_long", &[414], "The address is longer than this server reads.", "Send fewer filters, or shorter ones."),
    known("unsupported_media_type", &[415], "The body is not plain JSON.", "Send `Content-Type: application/json`, not compressed."),
    known("wrong_host", &[421], "The service does not answer to that host name.", "Add it with `--allowed-hosts` or `MISSION_CONTROL_ALLOWED_HOSTS`."),
    known("headers_too_large", &[431], "The headers are larger than this server reads.", "Send fewer cookies, or a shorter token."),
    known("expected_object", FIELD, "The body is no JSON object.", "Send one."),
    known("missing_field", FIELD, "A member that must be given is not.", "Send it."),
    known("wrong_type", FIELD, "A member has another JSON type than it should.", "The answer says which it should have."),
    known("read_only_field", FIELD, "Only the server sets this member, or it was settled when the mission was made.", "Leave it out."),
    known("unknown_value", FIELD, "A word that is none of those that are known.", "The answer lists them."),
    known("out_of_range", FIELD, "A number outside its range.", "The answer says the range."),
    known("progress_out_of_range", FIELD, "Progress is not from 0 to 100.", "Send percent."),
    known("too_short", FIELD, "The text is empty.", "Say something."),
    known("too_long", FIELD, "The text has too many characters.", "The answer says how many it has and may have."),
    known("too_many", FIELD, "The list has too many entries.", "Send it in parts."),
    known("too_few", FIELD, "The list is empty.", "Send at least one entry."),
    known("too_large", FIELD, "A JSON value has too many bytes, exponents written out.", "Keep it elsewhere and send where."),
    known("too_deep", FIELD, "A JSON value nests too deep.", "Make it flatter."),
    known("control_character", FIELD, "The text has control characters other than tab and newline.", "Remove them."),
    known("lone_surrogate", FIELD, "A JSON string holds half of a surrogate pair.", "Send whole characters."),
    known("number_out_of_range", FIELD, "A JSON value holds a number that is too large or too long.", "Send it as a string."),
    known("invalid_json", FIELD, "What is stored or sent cannot be merged.", "Send the member whole."),
    known("invalid_time", FIELD, "Not an RFC 3339 time from 1970 to 9999.", "Send one like `2026-01-31T08:30:00Z`."),
    known("invalid_cost", FIELD, "Not a number of dollars from 0 to 1,000,000,000.", "Send one."),
    known("invalid_flag", FIELD, "Not `true` or `false`.", "Send one of the two; `conflate` takes `1` or `0`."),
    known("invalid_status", FIELD, "Not a status.", "The answer lists them."),
    known("invalid_priority", FIELD, "Not a priority.", "The answer lists them."),
    known("invalid_complexity", FIELD, "Not a complexity.", "The answer lists them."),
    known("invalid_failure_class", FIELD, "Not a failure class.", "The answer lists them."),
    known("invalid_action", FIELD, "Not something that is done to many missions at once.", "The answer lists what is."),
    known("preview_required", FIELD, "What a filter finds is shown before anything is done to it.", "Send it with `dry_run`, then the `preview_token` alone."),
    known("not_alone", FIELD, "Two members that cannot go together.", "The answer says which; leave one out."),
    known("invalid_login", FIELD, "No name that somebody can sign in with.", "Use 1 to 64 of a-z, 0-9, `.`, `_`, `-` and `@`, beginning with a letter or digit."),
    known("invalid_role", FIELD, "Not a role, or not one for a person.", "The answer lists them."),
    known("invalid_project", FIELD, "No name that a project can have.", "Use 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit."),
    known("unknown_project", FIELD, "Names no project that you may see.", "Make it first, or look at its name."),
    known("invalid_kind", FIELD, "No name that a kind can have.", "Use 1 to 64 of a-z, 0-9, `-`, `_` and `.`."),
    known("invalid_sort", FIELD, "Not something that lists are sorted by.", "The answer lists what is."),
    known("invalid_log_level", FIELD, "Not a level of output.", "Send debug, info, warn or error."),
    known("invalid_backoff", FIELD, "Not a back-off.", "Send `exponential`, `none` or 1 to 20 waits in seconds."),
    known("invalid_mission_id", FIELD, "Not a mission's id.", "Send a lower-case hyphenated UUID."),
    known("invalid_agent_id", FIELD, "Not an agent's id.", "Send a lower-case hyphenated UUID."),
    known("invalid_run_id", FIELD, "Not a run's id.", "Send a lower-case hyphenated UUID."),
    known("unknown_topic", FIELD, "Not something that can be watched.", "Send missions, agents, runs, queue, health, alerts, metrics, `mission:{id}`, `run:{id}`, `agent:{id}`, `logs:{id}` or `logs:{id}:{n}`, with commas."),
    known("invalid_format", FIELD, "Not a form that files have.", "Send csv, json or ndjson."),
    known("invalid_period", FIELD, "It ends before it begins.", "Send a `from` before `to`."),
    known("invalid_grouping", FIELD, "Not something that missions are grouped by.", "The answer lists what is."),
    known("period_too_long", FIELD, "The span is longer than is compared at once.", "Ask for 31 days at most."),
    known("invalid_step", FIELD, "Not a number of minutes, hours or days up to a year.", "Send one like `5m`."),
    known("too_many_points", FIELD, "The period has more steps than are shown at once.", "Take a longer `step`, or ask for less."),
    known("parent_mismatch", FIELD, "`parent_id` is not the mission in the path.", "Leave it out."),
    known("unknown_parent", FIELD, "The parent is no mission of this project.", "Look at its id."),
    known("tree_too_deep", FIELD, "A tree has at most 16 levels.", "Make the mission higher up."),
    known("unknown_dependency", FIELD, "A dependency is no mission of this project.", "Look at its id."),
    known("duplicate_dependency", FIELD, "A dependency is named twice.", "Name it once."),
    known("dependency_failed", &[409, 422], "A dependency has failed or was cancelled for good.", "Retry the dependency first: what was cancelled with it comes back by itself."),
    known("idempotency_key_reused", FIELD, "The key was used for another request.", "Send a fresh one with a new request."),
    known("upgrade_required", &[426], "The path is a WebSocket.", "Ask for it with HTTP/1.1 and version 13, or read `/api/live/stream`."),
    known("precondition_required", &[428], "A change without If-Match.", "Send the ETag you read, or `*`."),
    known("too_many_requests", &[429], "Too many requests.", "Wait as long as Retry-After says."),
    known("too_many_tries", &[429], "Too many tries to sign in, with this name or from this address.", "Wait as long as Retry-After says; sessions that hold go on."),
    known("rate_limited", &[429], "The requests of an address, or yours, are more than a minute takes.", "Wait as long as Retry-After says; RateLimit says how many are left."),
    known("internal", &[500], "Something went wrong on our side.", "The log has it under the request id."),
    known("storage_unavailable", &[503], "Storage is away.", "Ask again after Retry-After."),
    known("busy", &[503], "What this needs is held by somebody else.", "Ask again after Retry-After."),
    known("outcome_unknown", &[503], "Storage was lost before it confirmed: it may have been done.", "Send it again with the same Idempotency-Key, or look."),
    known("draining", &[503], "This process is about to end.", "Ask another one."),
    known("too_many_watches", &[503], "Too many different things are being watched.", "Watch what others do, or ask another process."),
    known("too_many_logins", &[503], "Too many people sign in at this moment.", "Come back after Retry-After."),
    known("deadline_exceeded", &[503], "It took too long and was given up; it may have been done.", "Look, then ask again."),
    known("identities_unavailable", &[503], "Nobody can say who asks right now.", "Ask again after Retry-After."),
];
