//! Signing in and out of a browser, and what somebody may know and change of themselves.

use super::{Answer, Family, Operation, PLAIN, done, ok};

pub(super) const FAMILY: Family = Family {
    tag: "Sessions",
    says: "Coming in with a browser, leaving, and what you may know and change of yourself.",
    operations: &[LOGIN, LOGOUT, ME, CHANGE_PASSWORD, SESSIONS, END_SESSION],
};

const LOGIN: Operation = Operation {
    name: "login",
    summary: "Sign in from a browser",
    more: "Trades a name and its password, a token, or the code of the link that a start prints for \
           the cookie of a new session; one that the browser had is over. A code counts only on the \
           machine itself, once, within a quarter of an hour, and as long as no administrator has a \
           password. Every wrong credential is refused alike.",
    request: Some("SignIn"),
    answers: &[Answer { headers: &["Set-Cookie"], ..done("Signed in.") }],
    problems: &["wrong_credentials", "too_many_tries", "too_many_logins", "identities_unavailable"],
    ..PLAIN
};

const LOGOUT: Operation = Operation {
    name: "logout",
    summary: "Sign out of a browser",
    more: "The session is over on every server within a second, with the sockets and streams that are \
           open on it.",
    request: Some("SignOut"),
    answers: &[Answer { headers: &["Set-Cookie"], ..done("Signed out.") }],
    problems: &["identities_unavailable"],
    ..PLAIN
};

const ME: Operation = Operation {
    name: "me",
    summary: "Read who you are",
    answers: &[ok("You.", "Me", &["me", "me_program", "me_anybody"])],
    ..PLAIN
};

const CHANGE_PASSWORD: Operation = Operation {
    name: "change_password",
    summary: "Set or change your password",
    more: "All your sessions end; the answer brings the cookie of a new one.",
    request: Some("ChangePassword"),
    answers: &[Answer { headers: &["Set-Cookie"], ..done("It is another.") }],
    problems: &["wrong_credentials", "too_many_tries", "too_many_logins", "no_person"],
    ..PLAIN
};

const SESSIONS: Operation = Operation {
    name: "sessions",
    summary: "List where you are signed in",
    answers: &[ok("The sessions.", "SessionList", &["sessions"])],
    ..PLAIN
};

const END_SESSION: Operation = Operation {
    name: "end_session",
    summary: "Sign out elsewhere",
    more: "What is open on that session is closed within a second, on every server.",
    answers: &[done("It is over.")],
    ..PLAIN
};
