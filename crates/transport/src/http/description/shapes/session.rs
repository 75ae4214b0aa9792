//! Signing in, and whoever has.

use mission_control_identity::{MOST_TOLD, Role};

use super::missions::{sometimes, timestamp};
use crate::http::description::schema::{
    Schema, at_most, closed, count, flag, map, may, must, named, nullable, one_of, open, string,
};

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("SignIn", sign_in()),
        ("SignOut", closed("Whose sessions end.", [may("everywhere", EVERYWHERE, flag())])),
        ("ChangePassword", change_password()),
        ("Me", me()),
        ("Session", session()),
        ("SessionList", session_list()),
    ]
}

const EVERYWHERE: &str = "Whether all sessions of the same person end, not this one alone.";

fn sign_in() -> Schema {
    closed(
        "What a browser signs in with: `user` and `password`, or a `token`, or a `code`.",
        [
            may("user", "What a person signs in with.", string()),
            may("password", "Their password, at most 1,024 bytes.", string()),
            may("token", "A token.", string()),
            may("code", "The code of a link.", string()),
        ],
    )
}

fn change_password() -> Schema {
    let current = "The one that they have; needed where there is one.";
    closed(
        "Another password.",
        [
            may("current_password", current, string()),
            must("new_password", "12 characters to 1,024 bytes, without NUL.", string()),
        ],
    )
}

fn me() -> Schema {
    let role = one_of(&Role::ALL.map(Role::as_str));
    let own = "What they may do in single projects, whatever they may do elsewhere.";
    let agent = "The one agent as which they may act; null for any that their role allows.";
    let has_password = "Whether they can sign in with a password; left out for who is no person.";
    let no_auth = "True where nobody is asked who they are; left out everywhere else.";
    open(
        "Whoever asks.",
        [
            must("principal", "Their lasting id.", string()),
            must("name", "Name for people.", string()),
            nullable("role", "What they may do in every project.", role.clone()),
            must("projects", own, map(role)),
            must("project", "The one that is meant when a request names none.", string()),
            nullable("agent", agent, string()),
            nullable("session", "Their session, as their list of sessions names it.", string()),
            nullable("token", "The token as whose bearer they came.", string()),
            sometimes("has_password", has_password, flag()),
            sometimes("no_auth", no_auth, flag()),
            timestamp(),
        ],
    )
}

fn session() -> Schema {
    open(
        "Where somebody is signed in.",
        [
            must("id", "Tells it from others; it opens nothing.", string()),
            must("user_agent", "What the browser says it is.", string()),
            must("created_at", "Since when.", named("Time")),
            must("last_used_at", "When it was used last, to the minute.", named("Time")),
            must("ends_at", "When it is over if it is not used again.", named("Time")),
            must("current", "Whether it is the one that asks.", flag()),
        ],
    )
}

fn session_list() -> Schema {
    let none = "Newest first; none for whoever is no person.";
    open(
        "Where you are signed in.",
        [
            must("sessions", none, at_most(MOST_TOLD, named("Session"))),
            must("total", "How many there are.", count()),
            timestamp(),
        ],
    )
}
