//! The whole description as an OpenAPI 3.1 document.

use std::collections::BTreeSet;

use super::operations::FAMILIES;
use super::schema::string;
use super::tree::{Tree, list, object};
use super::{operation, problems, shapes};
use crate::http::Route;

const ABOUT: &str = "The control room for AI agents: it queues missions, hands them to agents \
    under fenced leases, and shows what happens as it happens.\n\n\
    Bodies are JSON. Members and query parameters that are not known are refused. A refusal is a \
    problem (RFC 9457) whose `code` is stable; `/docs/problems` explains each. Every answer has an \
    `X-Request-Id`. A trailing slash is tolerated. Replies may get more members in later versions.";

/// The document of these routes.
pub(super) fn document(routes: &[&Route]) -> Tree {
    let info = object([
        ("title", Tree::from("Mission Control")),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("description", ABOUT.into()),
        (
            "license",
            object([("name", "MIT OR Apache-2.0"), ("identifier", "MIT OR Apache-2.0")].map(text)),
        ),
    ]);
    object([
        ("openapi", Tree::from("3.1.0")),
        ("info", info),
        ("servers", Tree::List(vec![object([text(("url", "/"))])])),
        ("security", Tree::List(vec![object([("token", Tree::List(Vec::new()))])])),
        (
            "tags",
            Tree::List(
                FAMILIES
                    .iter()
                    .map(|family| {
                        object([("name", family.tag), ("description", family.says)].map(text))
                    })
                    .collect(),
            ),
        ),
        ("paths", paths(routes)),
        ("components", components(routes)),
    ])
}

/// The path as OpenAPI writes it: `{*rest}` is a parameter like any other there.
pub(super) fn path(route: &Route) -> String {
    route.path().replace("{*", "{")
}

fn paths(routes: &[&Route]) -> Tree {
    let mut paths: Vec<(String, Tree)> = Vec::new();
    for route in routes {
        let method = route.method().as_str().to_ascii_lowercase();
        let (path, described) = (path(route), operation::tree(route));
        match paths.iter_mut().find(|(known, _)| *known == path) {
            Some((_, item)) => *item = item.clone().with(&method, described),
            None => paths.push((path, object([(method, described)]))),
        }
    }
    Tree::Object(paths)
}

fn components(routes: &[&Route]) -> Tree {
    let token = object(
        [
            ("type", "http"),
            ("scheme", "bearer"),
            (
                "description",
                "A token. Browsers that have signed in send the cookie of their session.",
            ),
        ]
        .map(text),
    );
    let used: BTreeSet<&str> = routes
        .iter()
        .flat_map(|route| operation::refusals(route).into_values().flatten())
        .collect();
    let examples = problems::ALL.iter().filter(|known| used.contains(known.code));
    object([
        ("schemas", object(shapes::all())),
        ("examples", object(examples.map(|known| (known.code, operation::problem(known))))),
        ("headers", headers()),
        ("securitySchemes", object([("token", token)])),
    ])
}

fn headers() -> Tree {
    let header = |(name, says): (&'static str, &'static str)| {
        (name, object([("description", says.into()), ("schema", string())]))
    };
    object(
        [
            (
                "X-Request-Id",
                "Under which the log has the request; the client's own if it sent one.",
            ),
            ("ETag", "Changes with what is answered."),
            ("Location", "The path of what was made."),
            ("Link", "The next page, `rel=\"next\"` (RFC 8288)."),
            ("Content-Disposition", "A name for the file (RFC 6266)."),
            ("Set-Cookie", "The session."),
            ("Retry-After", "When to ask again, in seconds."),
            ("RateLimit", "How many requests are left at once, and in how many seconds all are."),
            ("RateLimit-Policy", "How many requests there are in how many seconds."),
            ("WWW-Authenticate", "How to say who asks."),
        ]
        .map(header),
    )
}

/// A reference to a component.
pub(super) fn reference(kind: &str, name: &str) -> Tree {
    object([("$ref", Tree::Text(format!("#/components/{kind}/{name}")))])
}

/// A member that is text.
pub(super) fn text((name, value): (&'static str, &str)) -> (&'static str, Tree) {
    (name, Tree::from(value))
}

/// Names as an array.
pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Tree {
    list(names)
}
