//! People, their projects, and the tokens of their programs.

use super::{Answer, Content, Family, Operation, PLAIN, done, made, ok};

pub(super) const FAMILY: Family = Family {
    tag: "People",
    says: "Who may do what, and where: people, projects and their members, tokens for programs.",
    operations: &[
        USERS,
        CREATE_USER,
        USER,
        EDIT_USER,
        PROJECTS,
        CREATE_PROJECT,
        MEMBERS,
        PUT_MEMBER,
        REMOVE_MEMBER,
        TOKENS,
        CREATE_TOKEN,
        REVOKE_TOKEN,
    ],
};

const USERS: Operation = Operation {
    name: "users",
    summary: "List people",
    more: "Everybody, by login; there are at most 1,000.",
    answers: &[ok("They.", "UserList", &["users"])],
    ..PLAIN
};

const CREATE_USER: Operation = Operation {
    name: "create_user",
    summary: "Make somebody known",
    more: "A login is for good: nobody else ever gets it, and people are never removed but kept \
           out.",
    request: Some("CreateUser"),
    idempotent: true,
    answers: &[made("They are known.", "UserReply", &["user"])],
    problems: &[
        "login_taken",
        "no_room",
        "unknown_project",
        "too_many_logins",
        "idempotency_key_reused",
    ],
};

const USER: Operation = Operation {
    name: "user",
    summary: "Read about somebody",
    answers: &[ok("They.", "UserReply", &["user"])],
    ..PLAIN
};

const EDIT_USER: Operation = Operation {
    name: "edit_user",
    summary: "Change what somebody may do",
    more: "A merge patch: what is left out stays, and `null` takes a role away. Another role, \
           another password and being kept out end all their sessions; who is kept out loses \
           their tokens for good.",
    request: Some("PatchUser"),
    answers: &[ok("They, changed.", "UserReply", &["user"])],
    problems: &["last_administrator", "unknown_project", "too_many_logins"],
    ..PLAIN
};

const PROJECTS: Operation = Operation {
    name: "projects",
    summary: "List projects",
    more: "Those in which you may read, with what you may do there. Others do not exist for you.",
    answers: &[ok("They.", "ProjectList", &["projects"])],
    ..PLAIN
};

const CREATE_PROJECT: Operation = Operation {
    name: "create_project",
    summary: "Make a project",
    more: "It can be used at once, and within a second at every other server. A project is never \
           removed.",
    request: Some("CreateProject"),
    idempotent: true,
    answers: &[made("It is there.", "ProjectReply", &["project"])],
    problems: &["project_taken", "no_room", "idempotency_key_reused"],
};

const MEMBERS: Operation = Operation {
    name: "members",
    summary: "List who belongs to a project",
    more: "With what they may do there, and whether they may because they hold that role in every \
           project. What they may do elsewhere is not told.",
    answers: &[ok("They.", "MemberList", &["members"])],
    ..PLAIN
};

const PUT_MEMBER: Operation = Operation {
    name: "put_member",
    summary: "Give somebody a role in a project",
    more: "In place of the one that they have there, whatever they hold in every project. Their \
           sessions end. An administrator of single projects gives one to those whom they can see, \
           in this project or another of theirs: anybody else is not there for them.",
    request: Some("PutMember"),
    answers: &[ok("They, as a member.", "MemberReply", &["member"])],
    problems: &["beyond_your_role"],
    ..PLAIN
};

const REMOVE_MEMBER: Operation = Operation {
    name: "remove_member",
    summary: "Take somebody's role in a project",
    more: "Their sessions end. What they hold in every project they keep.",
    answers: &[done("They have none of their own there.")],
    problems: &["beyond_your_role"],
    ..PLAIN
};

const TOKENS: Operation = Operation {
    name: "tokens",
    summary: "List tokens",
    more: "Those that you have made and not taken back, newest first, also those that have run \
           out; an administrator of everything sees all of them with `all=true`.",
    answers: &[ok("They, without what their bearers show.", "TokenList", &["tokens"])],
    ..PLAIN
};

const CREATE_TOKEN: Operation = Operation {
    name: "create_token",
    summary: "Make a token for a program",
    more: "The token is in this answer and nowhere else, ever. It lets its bearer do no more than \
           you may at the moment of each request: without your role it is worth nothing. One of the \
           role `agent` that names an agent acts as that agent alone, on what that agent holds. \
           Only people make tokens. What is made with the administrator's token of the settings \
           counts as long as that token does. Under an `Idempotency-Key` one token is made, but the \
           answer that is kept is without it: whoever missed it takes the token back and makes \
           another under another key.",
    request: Some("CreateToken"),
    idempotent: true,
    answers: &[Answer {
        status: 201,
        says: "It counts.",
        content: Content::Json("TokenCreated", &["token_created", "token_created_before"]),
        headers: &[],
    }],
    problems: &[
        "beyond_your_role",
        "people_alone",
        "unknown_project",
        "no_room",
        "idempotency_key_reused",
    ],
};

const REVOKE_TOKEN: Operation = Operation {
    name: "revoke_token",
    summary: "Take a token back",
    more: "It stops counting within a second at every server, with the streams and sockets that \
           are open on it. An administrator of everything takes back anybody's.",
    answers: &[done("It does not count any more.")],
    ..PLAIN
};
