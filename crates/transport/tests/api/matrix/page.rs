//! The page about policies in the documentation.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use http::Method;
use mission_control_identity::{Access, Role};

/// What is asked of each path.
pub(super) const METHODS: [Method; 8] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
];

/// The cell of whoever is let in.
pub(super) const MAY: &str = "may";

/// What stands above the table.
const HEAD: &str = "\
# Policies

Every route, whom its policy lets in, and what each of those who ask is answered when the thing that they
ask for is there, in the project `default`. **may** is whatever says that the policy let them in: an
answer, or a refusal of what they have sent. Everything that is no row, each other method of a path (GET,
HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE), is answered 405, whoever asks.

| Who | |
|---|---|
| nobody | without a credential |
| garbage, forged | a bearer token that cannot be one; one that nobody has issued |
| expired, revoked | a bearer token that was an administrator's and is over; one that was taken back |
| left | the cookie of an administrator who has signed out |
| viewer, operator, owner | people with the role viewer, operator or admin in this project alone |
| outsider | a person with the role admin in another project alone, who asks for this one |
| admin | a person with the role admin everywhere |
| program | a token with the role operator in this project alone |
| agent | a token that acts as one agent of this project alone: the one that is asked for |

A thing that belongs to whoever has made it, a token or a session, is their own; those of others are not
there, and neither are those of people for programs. Where a policy lets somebody in and their cell says
403, it is for what they are: programs make no tokens and have no password, an agent has nothing to do
with tokens and begins only what it has claimed. This page is printed by a test of
`crates/transport`, which asks a server for every cell (`UPDATE_GOLDEN=1` writes it anew).

";

/// What a page says of one method of a route: its policy and what everybody gets, in the order of the columns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) policy: String,
    pub(super) cells: Vec<String>,
}

/// Rows by path and method.
pub(super) type Rows = BTreeMap<(String, String), Row>;

/// The policy in words.
pub(super) fn policy(access: Access) -> String {
    let role = |role: Role| role.as_str();
    match access {
        Access::Denied => "nobody".to_owned(),
        Access::Open => "anybody".to_owned(),
        Access::Known => "whoever is known".to_owned(),
        Access::Project(needed) => format!("{} in the project", role(needed)),
        Access::Everywhere(needed) => format!("{} everywhere", role(needed)),
    }
}

/// The page. `order` are its paths as the table of routes has them.
pub(super) fn print(order: &[String], names: &[&str], rows: &Rows) -> String {
    let mut page = String::from(HEAD);
    let _ = writeln!(page, "| Path | Method | Policy | {} |", names.join(" | "));
    let _ = writeln!(page, "|---|---|---|{}", "---|".repeat(names.len()));
    for path in order {
        let row = |method: &Method| rows.get(&(path.clone(), method.to_string()));
        let heads = row(&Method::GET).is_some() && row(&Method::GET) == row(&Method::HEAD);
        for method in &METHODS {
            let Some(Row { policy, cells }) = row(method) else { continue };
            let methods = match (heads, method) {
                (true, &Method::HEAD) => continue,
                (true, &Method::GET) => "GET HEAD",
                (_, other) => other.as_str(),
            };
            let _ = writeln!(page, "| `{path}` | {methods} | {policy} | {} |", cells.join(" | "));
        }
    }
    page
}

/// The columns and rows of a page.
pub(super) fn parse(page: &str) -> (Vec<String>, Rows) {
    let (mut names, mut rows) = (Vec::new(), Rows::new());
    for line in page.lines() {
        let line = line.trim_matches(['|', ' ']);
        let mut cells = line.split(" | ").map(str::to_owned);
        let Some(path) = cells.next() else { continue };
        if path == "Path" {
            names = cells.skip(2).collect();
        } else if path.starts_with("`/") {
            let (methods, policy) = (cells.next().unwrap(), cells.next().unwrap());
            let row = Row { policy, cells: cells.collect() };
            let path = path.trim_matches('`').to_owned();
            for method in methods.split(' ') {
                let before = rows.insert((path.clone(), method.to_owned()), row.clone());
                assert_eq!(before, None, "a row stands twice: {line}");
            }
        }
    }
    (names, rows)
}
