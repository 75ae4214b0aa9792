//! People, projects and tokens.

use std::collections::BTreeMap;

use mission_control_wire::reply::{
    ApiToken, Member, MemberList, MemberReply, Project, ProjectList, ProjectReply, TokenCreated,
    TokenList, User, UserList, UserReply,
};

use super::{Shapes, time};

const NOW: &str = "2024-08-06T06:35:00Z";
const BEFORE: &str = "2024-07-01T08:00:00Z";

pub(crate) fn add(shapes: &mut Shapes) {
    let timestamp = time(NOW);
    super::add(shapes, "user", &UserReply { user: maria() });
    let users = vec![maria(), olaf()];
    super::add(shapes, "users", &UserList { total: 2, users, timestamp });
    super::add(shapes, "project", &ProjectReply { project: project("lab", "admin") });
    let projects = vec![project("default", "viewer"), project("lab", "admin")];
    super::add(shapes, "projects", &ProjectList { total: 2, projects, timestamp });
    super::add(shapes, "member", &MemberReply { member: member("maria", "Maria", false) });
    let members = vec![member("maria", "Maria", false), member("olaf", "Olaf", true)];
    super::add(shapes, "members", &MemberList { project: "lab", members, total: 2, timestamp });
    let created = TokenCreated {
        token: Some("mc_an-example-that-no-server-has-given"),
        api_token: token(None),
        timestamp,
    };
    super::add(shapes, "token_created", &created);
    super::add(shapes, "token_created_before", &TokenCreated { token: None, ..created });
    let tokens = vec![token(Some(NOW)), everywhere(), orphaned()];
    super::add(shapes, "tokens", &TokenList { total: 3, tokens, timestamp });
}

fn maria() -> User<'static> {
    User {
        login: "maria",
        name: "Maria",
        role: None,
        projects: BTreeMap::from([("default", "viewer"), ("lab", "admin")]),
        disabled: false,
        has_password: true,
        created_at: time(BEFORE),
    }
}

fn olaf() -> User<'static> {
    User {
        login: "olaf",
        name: "Olaf",
        role: Some("viewer"),
        projects: BTreeMap::new(),
        disabled: true,
        has_password: false,
        created_at: time(BEFORE),
    }
}

fn project(id: &'static str, role: &'static str) -> Project<'static> {
    Project { id, role, created_at: time(BEFORE) }
}

fn member(login: &'static str, name: &'static str, everywhere: bool) -> Member<'static> {
    let role = if everywhere { "viewer" } else { "admin" };
    Member { login, name, role, everywhere, disabled: everywhere }
}

fn token(last_used: Option<&str>) -> ApiToken<'static> {
    ApiToken {
        id: "0123456789abcdef0123456789abcdef".to_owned(),
        name: "atlas on host seven",
        hint: "mc_an-ex",
        owner: "maria",
        orphaned: false,
        role: "agent",
        project: Some("lab"),
        agent: Some("atlas"),
        created_at: time(BEFORE),
        expires_at: Some(time("2025-07-01T08:00:00Z")),
        last_used_at: last_used.map(time),
    }
}

fn everywhere() -> ApiToken<'static> {
    ApiToken {
        id: "fedcba9876543210fedcba9876543210".to_owned(),
        name: "nightly export",
        role: "viewer",
        project: None,
        agent: None,
        expires_at: None,
        ..token(None)
    }
}

fn orphaned() -> ApiToken<'static> {
    ApiToken {
        id: "00112233445566778899aabbccddeeff".to_owned(),
        name: "first steps",
        owner: "settings:admin",
        orphaned: true,
        ..everywhere()
    }
}
