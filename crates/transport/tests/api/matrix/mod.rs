//! Every route, every method, everybody: what they get is what `docs/POLICIES.md` says
//! (security.md, S01).

pub(crate) mod cast;
mod line;
mod page;
mod things;

use std::collections::BTreeMap;

use http::Method;
use mission_control_identity::{Access, Denial, authorize, choose_project};
use mission_control_kernel::ProjectId;
use mission_control_transport::http::Route;

use crate::app::App;
use crate::streams::UPGRADE;
use cast::Member;
use line::Line;
use page::{MAY, METHODS, Row, Rows};
use things::Things;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/POLICIES.md");
/// A method that no route of the path has.
const NOT_THERE: &str = "405";

/// What was answered, by path and method, in the order of the cast.
type Answers = BTreeMap<(String, String), Vec<String>>;

#[tokio::test]
async fn everybody_gets_of_every_route_what_the_page_about_policies_says() {
    let app = App::start().await;
    let cast = cast::gather(&app).await;
    let things = Things::new(&app).await;
    let before = things.picture().await;
    let answers = ask(&app, &cast, &things).await;
    assert_eq!(things.picture().await, before, "asking has changed something");
    cast::is_as_before(&app, &cast).await;
    assert_none("no page may say", &unlawful(&app, &cast, &answers));
    let names: Vec<&str> = cast.iter().map(|member| member.name).collect();
    if updates_golden_files() {
        let page = page::print(&paths(&app), &names, &rows(&app, &answers));
        std::fs::write(PAGE, page).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap_or_default();
    let (columns, kept) = page::parse(&kept);
    assert_eq!(columns, names, "the columns of docs/POLICIES.md");
    let wrong = compare(&app, &names, &answers, &kept);
    assert_none("once they are meant, UPDATE_GOLDEN=1 takes them", &wrong);
    let cells = answers.len() * cast.len();
    assert!(cells > 5_000, "{cells} cells");
}

#[track_caller]
fn assert_none(what: &str, cells: &[String]) {
    assert!(cells.is_empty(), "{} cells; {what}:\n{}", cells.len(), cells.join("\n"));
}

/// Asks all there is to ask.
async fn ask(app: &App, cast: &[Member], things: &Things<'_>) -> Answers {
    let mut answers = Answers::new();
    let mut line = Line::to(app.nobody().address());
    for path in paths(app) {
        for method in METHODS {
            let mut cells = Vec::new();
            for member in cast {
                let asked = things.path(&method, &path, member).await;
                let upgrade =
                    if path == "/api/live" && method == Method::GET { &UPGRADE[..] } else { &[] };
                let headers = member.headers.iter().map(|(name, value)| (&**name, &**value));
                let headers =
                    headers.chain([("x-project", "default")]).chain(upgrade.iter().copied());
                cells.push(class(line.ask(&method, &asked, headers).await));
            }
            answers.insert((path.clone(), method.to_string()), cells);
        }
    }
    answers
}

/// What an answer says about the policy. Trouble, and being held up, say nothing: they stay what
/// they are, and are what no page says.
fn class(status: u16) -> String {
    match status {
        101 | 200..=299 | 304 | 400 | 409 | 413 | 415 | 422 | 426 | 428 => MAY.to_owned(),
        status => status.to_string(),
    }
}

/// The paths, in the order of the table.
fn paths(app: &App) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for route in app.dispatcher.routes().iter() {
        if paths.iter().all(|path| path != route.path()) {
            paths.push(route.path().to_owned());
        }
    }
    paths
}

/// The route of a path that answers to a method: its names of parameters are words like others.
fn route<'a>(app: &'a App, path: &str, method: &str) -> Option<&'a Route> {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    app.dispatcher.routes().route(&method, path)
}

/// The cells that no page may allow: whoever the policy of a route refuses is refused so. Whom it
/// lets in, the handler may refuse where the policy asks for nothing but to be known, or where one
/// agent asks for what is no agent's.
fn unlawful(app: &App, cast: &[Member], answers: &Answers) -> Vec<String> {
    let mut wrong = Vec::new();
    for ((path, method), cells) in answers {
        for (member, got) in cast.iter().zip(cells) {
            let lawful: &[&str] = match route(app, path, method).map(Route::access) {
                None => &[NOT_THERE],
                Some(access) => match (by_policy(member, access), access) {
                    (Ok(()), Access::Known) => &[MAY, "403", "404"],
                    (Ok(()), _) if acts_alone(member) => &[MAY, "403"],
                    (Ok(()), _) => &[MAY],
                    (Err(Denial::Unauthenticated), _) => &["401"],
                    (Err(Denial::Forbidden), _) => &["403"],
                    (Err(Denial::NoSuchProject), _) => &["404"],
                },
            };
            if !lawful.contains(&&**got) {
                let name = member.name;
                wrong.push(format!(
                    "{method} {path} as {name}: the policy says {lawful:?}, got {got}"
                ));
            }
        }
    }
    wrong
}

fn acts_alone(member: &Member) -> bool {
    member.principal.as_ref().is_some_and(|principal| principal.agent.is_some())
}

fn by_policy(member: &Member, access: Access) -> Result<(), Denial> {
    let here = ProjectId::default_project();
    let project = member.principal.as_ref().and_then(|it| choose_project(it, Some(&here)));
    authorize(member.principal.as_ref(), access, project.as_ref())
}

/// The rows of the page.
fn rows(app: &App, answers: &Answers) -> Rows {
    let row = |((path, method), cells): (&(String, String), &Vec<String>)| {
        let policy = page::policy(route(app, path, method)?.access());
        Some(((path.clone(), method.clone()), Row { policy, cells: cells.clone() }))
    };
    answers.iter().filter_map(row).collect()
}

/// What the page says otherwise.
fn compare(app: &App, names: &[&str], answers: &Answers, kept: &Rows) -> Vec<String> {
    let mut wrong = Vec::new();
    for (key, got) in answers {
        let (path, method) = key;
        let expected = match (route(app, path, method), kept.get(key)) {
            (Some(_), None) => {
                wrong.push(format!("{method} {path} has no row in docs/POLICIES.md"));
                continue;
            }
            (Some(route), Some(row)) => {
                let policy = page::policy(route.access());
                if row.policy != policy {
                    wrong.push(format!("{method} {path}: for {}, now for {policy}", row.policy));
                }
                row.cells.clone()
            }
            (None, _) => vec![NOT_THERE.to_owned(); names.len()],
        };
        if expected.len() != names.len() {
            wrong.push(format!("{method} {path} has {} cells", expected.len()));
        }
        for ((name, expected), got) in names.iter().zip(&expected).zip(got) {
            if expected != got {
                wrong.push(format!("{method} {path} as {name}: expected {expected}, got {got}"));
            }
        }
    }
    let gone = kept.keys().filter(|(path, method)| route(app, path, method).is_none());
    wrong.extend(gone.map(|(path, method)| format!("{method} {path} is no route")));
    wrong
}

#[expect(clippy::disallowed_methods, reason = "how a test is run, is no setting of the product")]
fn updates_golden_files() -> bool {
    std::env::var("UPDATE_GOLDEN").is_ok_and(|value| value == "1")
}
