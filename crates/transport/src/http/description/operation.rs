//! One operation: what the route says of it, what people say, and what follows from both.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use mission_control_identity::{Access, Role};
use mission_control_wire::sample;

use super::document::{names, reference, text};
use super::operations::{self, Answer, Content, Operation};
use super::parameters::{self, Parameter};
use super::problems::{self, Known};
use super::refusals::of_schema;
use super::schema::{named, string};
use super::shapes;
use super::tree::{Tree, object};
use crate::http::{BodyKind, Charges, Route};

/// The media type of refusals.
const PROBLEM: &str = "application/problem+json";
const JSON: &str = "application/json";
/// Headers that every answer carries.
const ALWAYS: &[&str] = &["X-Request-Id"];

/// The operation as OpenAPI writes it.
pub(super) fn tree(route: &Route) -> Tree {
    let known = operations::find(route.operation());
    let (tag, said) = known.map_or(("Service", None), |(tag, said)| (tag, Some(said)));
    let summary = said.map_or(route.operation(), |said| said.summary);
    let more = [said.map_or("", |said| said.more), &access(route)].join(" ");
    let mut tree = object([
        ("operationId", Tree::from(route.operation())),
        ("tags", names([tag])),
        ("summary", summary.into()),
        ("description", more.trim().into()),
    ]);
    if is_open(route) {
        tree = tree.with("security", Tree::List(Vec::new()));
    }
    let parameters: Vec<Tree> = parameters(route, said).into_iter().map(Parameter::tree).collect();
    if !parameters.is_empty() {
        tree = tree.with("parameters", Tree::List(parameters));
    }
    if let Some(said) = said.filter(|said| said.request.is_some()) {
        tree = tree.with("requestBody", request_body(route, said));
    }
    tree.with("responses", responses(route, said))
}

/// Every code with which the route can refuse, by status.
pub(super) fn refusals(route: &Route) -> BTreeMap<u16, BTreeSet<&'static str>> {
    let said = operations::find(route.operation()).map(|(_, said)| said);
    let mut codes: BTreeMap<u16, BTreeSet<&'static str>> = BTreeMap::new();
    let mut add = |code: &'static str, of_field: bool| {
        let statuses = problems::find(code).map_or(&[][..], |known| known.statuses);
        let status = if of_field { statuses.last() } else { statuses.first() };
        codes.entry(*status.unwrap_or(&500)).or_default().insert(code);
    };
    problems::USUAL.iter().for_each(|code| add(code, false));
    if route.charges() != Charges::Nobody {
        add("rate_limited", false);
    }
    if !is_open(route) {
        problems::KNOWN_CALLERS.iter().for_each(|code| add(code, false));
    } else if route.path().contains('{') {
        add("not_found", false);
    }
    if *route.method() != http::Method::GET {
        problems::ACTING.iter().for_each(|code| add(code, false));
    }
    if route.body_kind() != BodyKind::None {
        problems::BODIES.iter().for_each(|code| add(code, true));
    }
    for parameter in parameters(route, said).iter().filter(|it| it.place == "query") {
        of_schema(parameter.name, &parameter.schema).iter().for_each(|code| add(code, true));
    }
    let Some(said) = said else { return codes };
    if said.idempotent {
        problems::IDEMPOTENT.iter().for_each(|code| add(code, false));
    }
    if let Some(shape) = said.request {
        let shapes = shapes::all();
        super::refusals::of_shape(shape, &shapes).iter().for_each(|code| add(code, true));
    }
    let with_fields = said.request.is_some_and(|shape| shape != "Empty");
    said.problems.iter().for_each(|code| add(code, with_fields));
    codes
}

/// The headers that mean something to the route, beyond those that mean something to HTTP.
pub(in crate::http) fn request_headers(route: &Route) -> Vec<&'static str> {
    let said = operations::find(route.operation()).map(|(_, said)| said);
    let who = (!is_open(route)).then_some("Authorization");
    let body = (route.body_kind() != BodyKind::None).then_some("Content-Type");
    let parameters = parameters(route, said);
    let named = parameters.iter().filter(|it| it.place == "header").map(|it| it.name);
    who.into_iter().chain(body).chain(named).chain(["X-Request-Id"]).collect()
}

/// How a refusal with this code looks.
pub(super) fn problem(known: &Known) -> Tree {
    let status = known.statuses.last().copied().unwrap_or(500);
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let value = object([
        ("type", Tree::Text(format!("/docs/problems#{}", known.code))),
        ("title", title.unwrap_or("Error").into()),
        ("status", u64::from(status).into()),
        ("detail", known.means.into()),
        ("instance", "/api/missions".into()),
        ("code", known.code.into()),
        ("error", known.means.into()),
        ("request_id", "019126f4-5d40-7000-8000-00000000beef".into()),
    ]);
    object([("summary", Tree::from(known.means)), ("value", value)])
}

/// Whom it lets in, as a sentence.
pub(super) fn access(route: &Route) -> String {
    match route.access() {
        Access::Open => "Open to everybody.".to_owned(),
        Access::Denied => "Closed to everybody.".to_owned(),
        Access::Known => "Needs a credential, whatever its role.".to_owned(),
        Access::Project(role) => format!("Needs the role `{}` in the project.", word(role)),
        Access::Everywhere(role) => format!("Needs the role `{}` in every project.", word(role)),
    }
}

const fn word(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Viewer => "viewer",
        Role::Operator => "operator",
        Role::Admin => "admin",
    }
}

fn is_open(route: &Route) -> bool {
    route.access() == Access::Open
}

fn parameters(route: &Route, said: Option<&Operation>) -> Vec<Parameter> {
    let in_path = route.path().split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let mut all: Vec<Parameter> = in_path
        .map(|(name, _)| parameters::path(route.path(), name.trim_start_matches('*')))
        .collect();
    let query = route.parameters().iter();
    all.extend(query.filter_map(|name| parameters::query(route.operation(), name)));
    if !is_open(route) {
        all.extend(parameters::project());
    }
    if route.operation() == "stream" {
        all.push(parameters::last_event_id());
    }
    let Some(said) = said else { return all };
    if said.idempotent {
        all.push(parameters::idempotency_key());
    }
    if said.problems.contains(&"precondition_required") {
        all.push(parameters::if_match());
    }
    if said.answers.iter().any(|answer| answer.status == 304) {
        all.push(parameters::if_none_match());
    }
    all
}

fn request_body(route: &Route, said: &Operation) -> Tree {
    let shape = said.request.unwrap_or_default();
    let content = object([("schema", named(shape))]);
    let content = match sample::request(route.operation()) {
        Some(example) => content.with("example", Tree::Written(example)),
        None => content.with("example", object::<&str>([])),
    };
    // Whether a body must be there follows from its members.
    let shapes = shapes::all();
    let required = shapes
        .iter()
        .find(|(name, _)| *name == shape)
        .is_some_and(|(_, schema)| schema.get("required").is_some() || shape == "PatchMission");
    let limit = format!("At most {} bytes.", route.body_kind().limit());
    object([("description", Tree::from(limit)), ("required", required.into())])
        .with("content", object([(JSON, content)]))
}

fn responses(route: &Route, said: Option<&Operation>) -> Tree {
    let mut all: Vec<(u16, Tree)> = Vec::new();
    for answer in said.map_or(&[][..], |said| said.answers) {
        all.push((answer.status, self::answer(answer)));
    }
    for (status, codes) in refusals(route) {
        let refusal = refusal(status, &codes);
        match all.iter_mut().find(|(known, _)| *known == status) {
            // A good answer of a status that is also one of refusals: health says 503.
            Some((_, answer)) => *answer = merged(answer.clone(), &refusal),
            None => all.push((status, refusal)),
        }
    }
    all.sort_by_key(|(status, _)| *status);
    object(all.into_iter().map(|(status, answer)| (status.to_string(), answer)))
}

fn answer(answer: &Answer) -> Tree {
    let tree =
        object([("description", Tree::from(answer.says)), ("headers", headers(answer.headers))]);
    match answer.content {
        Content::None => tree,
        Content::Json(shape, golden) => {
            let example = |name: &&'static str| {
                let text = sample::reply(name).map_or(Tree::Null, Tree::Written);
                ((*name).to_owned(), object([("value", text)]))
            };
            let content = object([
                ("schema", named(shape)),
                ("examples", object(golden.iter().map(example))),
            ]);
            tree.with("content", object([(JSON, content)]))
        }
        Content::Other(kind, example) => {
            tree.with("content", object([(kind, media(kind, example))]))
        }
        Content::Several(kinds) => {
            let kinds = kinds.iter().map(|(kind, example)| (*kind, media(kind, example)));
            tree.with("content", object(kinds))
        }
    }
}

/// What has no shape of the wire: an object, or a text.
fn media(kind: &str, example: &'static str) -> Tree {
    if kind == JSON {
        object([("schema", object([text(("type", "object"))]))])
            .with("example", Tree::Written(example))
    } else {
        object([("schema", string())]).with("example", example)
    }
}

fn refusal(status: u16, codes: &BTreeSet<&'static str>) -> Tree {
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let codes_said: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    let says = format!("{}: {}.", title.unwrap_or("Refused"), codes_said.join(", "));
    let examples = codes.iter().map(|code| (*code, reference("examples", code)));
    let content = object([("schema", named("Problem")), ("examples", object(examples))]);
    let more: &[&str] = match status {
        401 => &["WWW-Authenticate"],
        429 => &["Retry-After", "RateLimit", "RateLimit-Policy"],
        503 => &["Retry-After"],
        _ => &[],
    };
    object([("description", Tree::from(says)), ("headers", headers(more))])
        .with("content", object([(PROBLEM, content)]))
}

fn headers(more: &[&'static str]) -> Tree {
    let all = ALWAYS.iter().chain(more);
    object(all.map(|name| (*name, reference("headers", name))))
}

fn merged(answer: Tree, refusal: &Tree) -> Tree {
    let content = |tree: &Tree| tree.get("content").map_or(&[][..], Tree::members).to_vec();
    let both = content(&answer).into_iter().chain(content(refusal));
    let rest = answer.members().iter().filter(|(name, _)| name != "content").cloned();
    object(rest).with("content", object(both))
}
