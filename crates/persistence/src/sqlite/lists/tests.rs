use std::collections::HashSet;

use mission_control_kernel::{LeaseId, Money, ProjectId, Scope, Text, Timestamp};
use mission_control_missions::{
    Action, Command, Edit, Failure, FailureClass, FailureReport, Fingerprint, ListQuery, Mission,
    MissionStore as _, Priority, Sort, SortKey, Status, UsageReport,
};
use rusqlite::Connection;

use super::branch::{Branch, Order};
use super::filter::Filter;
use super::plan::{self, Source};
use crate::sqlite::search::teach;
use crate::sqlite::tests::Home;
use crate::sqlite::tests::statements::plan as explained;

fn sorts() -> impl Iterator<Item = Sort> {
    SortKey::ALL
        .iter()
        .flat_map(|key| [false, true].map(|descending| Sort { key: *key, descending }))
}

/// One list for each filter, and the one without.
fn queries(missions: &[Mission]) -> Vec<(&'static str, ListQuery)> {
    let none = ListQuery { limit: 7, ..ListQuery::default() };
    let text = |text: &str| Some(Text::parse(text).unwrap());
    let middle = missions[missions.len() / 2].created_at;
    vec![
        ("nothing", none.clone()),
        ("one status", ListQuery { statuses: vec![Status::Failed], ..none.clone() }),
        (
            "cells",
            ListQuery {
                statuses: vec![Status::Pending, Status::Running],
                priorities: vec![Priority::Critical, Priority::Low],
                ..none.clone()
            },
        ),
        ("priority", ListQuery { priorities: vec![Priority::High], ..none.clone() }),
        ("kind", ListQuery { kinds: vec!["paint".parse().unwrap()], ..none.clone() }),
        ("default kind", ListQuery { kinds: vec!["default".parse().unwrap()], ..none.clone() }),
        ("model", ListQuery { models: vec![Text::parse("opus").unwrap()], ..none.clone() }),
        ("label", ListQuery { labels: vec![Text::parse("red").unwrap()], ..none.clone() }),
        ("children", ListQuery { parents: vec![missions[0].id], ..none.clone() }),
        ("tree", ListQuery { roots: vec![missions[0].id], ..none.clone() }),
        ("only roots", ListQuery { only_roots: true, ..none.clone() }),
        ("text", ListQuery { text: text("MiSSion 1"), ..none.clone() }),
        ("error text", ListQuery { text: text("TIDE"), ..none.clone() }),
        ("from", ListQuery { created_from: Some(middle), ..none.clone() }),
        ("until", ListQuery { created_until: Some(middle), ..none.clone() }),
        ("dead letter", ListQuery { dead_letter: Some(true), ..none.clone() }),
        ("no dead letter", ListQuery { dead_letter: Some(false), ..none.clone() }),
        ("held", ListQuery { held: Some(true), ..none.clone() }),
        ("fingerprint", ListQuery { fingerprints: vec![tide()], ..none.clone() }),
        ("not held", ListQuery { held: Some(false), ..none }),
    ]
}

#[tokio::test]
async fn every_list_is_what_filtering_and_sorting_by_hand_gives() {
    let home = Home::new();
    let missions = settle_a_village(&home).await;
    for (name, query) in queries(&missions) {
        let wanted: HashSet<_> = missions
            .iter()
            .filter(|mission| by_hand(mission, &query))
            .map(|mission| mission.id)
            .collect();
        assert!(name == "nothing" || wanted.len() < missions.len(), "{name} filters nothing");
        assert!(!wanted.is_empty(), "{name} leaves nothing");
        let counted = home.store().count(&scope(), &query, 1_000).await.unwrap();
        assert_eq!(counted as usize, wanted.len(), "{name}");
        for sort in sorts() {
            let mut expected: Vec<_> = missions
                .iter()
                .filter(|mission| wanted.contains(&mission.id))
                .map(|mission| (sort.key.value(mission), mission.id))
                .collect();
            expected.sort_unstable();
            if sort.descending {
                expected.reverse();
            }
            let listed = walk(&home, ListQuery { sort, ..query.clone() }).await;
            assert_eq!(listed, expected, "{name} by {sort:?}");
        }
    }
}

#[tokio::test]
async fn nothing_outside_the_scope_is_listed_and_everything_is_inside_it() {
    let home = Home::new();
    let mut abroad = home.draft("abroad");
    abroad.project = "elsewhere".parse().unwrap();
    let (here, abroad) = (home.make(home.draft("here")).await, home.make(abroad).await);
    let query = ListQuery { limit: 10, ..ListQuery::default() };
    let ids = |page: mission_control_missions::ListPage| -> Vec<_> {
        page.missions.iter().map(|mission| mission.id).collect()
    };
    assert_eq!(ids(home.store().list(&scope(), &query).await.unwrap()), [here.id]);
    let all = home.store().list(&Scope::All, &query).await.unwrap();
    assert_eq!(ids(all), [here.id, abroad.id], "newest first, whatever the project");
    assert_eq!(home.store().count(&Scope::All, &query, 10).await.unwrap(), 2);
    assert_eq!(home.store().count(&Scope::All, &query, 1).await.unwrap(), 1);
}

#[tokio::test]
async fn every_list_walks_indexes() {
    let mut home = Home::new();
    let missions = settle_a_village(&home).await;
    home.close();
    let connection = Connection::open(home.path()).unwrap();
    teach(&connection).unwrap();
    let mut explained_walks = 0;
    for (name, query) in queries(&missions) {
        for sort in sorts() {
            let place = SortKey::value(sort.key, &missions[3]);
            let after = mission_control_missions::ListPlace { value: place, id: missions[3].id };
            for after in [None, Some(after)] {
                let query = ListQuery { sort, after, ..query.clone() };
                for branch in in_order(&query) {
                    let sql = branch.sql(&query);
                    let plan = explained(&connection, &sql);
                    assert!(walks_an_index(&plan), "{name} by {sort:?}: {plan:?}\n{sql}");
                    assert!(!sorts_rows(&plan), "{name} by {sort:?}: {plan:?}\n{sql}");
                    explained_walks += 1;
                }
                for branch in sorted(&query) {
                    let plan = explained(&connection, &branch.sql(&query));
                    assert!(walks_an_index(&plan), "{name} by {sort:?}: {plan:?}");
                }
            }
        }
    }
    assert!(explained_walks > 500, "only {explained_walks} walks were explained");
}

/// The branches that give rows in order, however many there are.
fn in_order(query: &ListQuery) -> Vec<Branch> {
    let created = plan::candidates(query).into_iter().flatten();
    let created = created.map(|from| Branch { from, order: Order::Created });
    let walks = plan::walks(query).into_iter().filter(|branch| !reads_what_runs(branch));
    if plan::is_by_creation(query) { created.chain(walks).collect() } else { walks.collect() }
}

/// The branches that are read whole and sorted: of few missions, or of those that run.
fn sorted(query: &ListQuery) -> Vec<Branch> {
    let order = plan::live_order(query.sort.key);
    let few = plan::candidates(query).into_iter().flatten();
    few.map(|from| Branch { from, order })
        .chain(plan::walks(query).into_iter().filter(reads_what_runs))
        .collect()
}

fn reads_what_runs(branch: &Branch) -> bool {
    let Source { of, .. } = &branch.from;
    of.as_deref() == Some(Status::Running.as_str()) && matches!(branch.order, Order::By(_))
}

fn walks_an_index(plan: &[String]) -> bool {
    let missions = |line: &&String| line.starts_with("SCAN m") || line.starts_with("SEARCH m");
    let mut lines = plan.iter().filter(missions).peekable();
    lines.peek().is_some()
        && lines.all(|line| line.starts_with("SEARCH m USING") && line.contains("INDEX"))
}

fn sorts_rows(plan: &[String]) -> bool {
    plan.iter().any(|line| line.contains("USE TEMP B-TREE FOR ORDER BY") || line.contains("LAST"))
}

#[test]
fn the_span_of_a_time_holds_just_the_ids_made_then() {
    let at = Timestamp::from_micros(1_760_000_000_123_000);
    let query = ListQuery { created_from: Some(at), created_until: Some(at), ..Default::default() };
    let filter = format!("{:?}", Filter::new(&ProjectId::default_project(), &query));
    assert!(filter.contains(r#"low: "0199c82c-c07b""#), "{filter}");
    assert!(filter.contains(r#"high: "0199c82c-c07b""#), "{filter}");
}

fn scope() -> Scope {
    Scope::one(ProjectId::default_project())
}

async fn walk(home: &Home, mut query: ListQuery) -> Vec<(i64, mission_control_kernel::MissionId)> {
    let mut all = Vec::new();
    loop {
        let page = home.store().list(&scope(), &query).await.unwrap();
        all.extend(page.missions.iter().map(|one| (query.sort.key.value(one), one.id)));
        query.after = page.next;
        if query.after.is_none() {
            return all;
        }
    }
}

fn by_hand(mission: &Mission, query: &ListQuery) -> bool {
    let any = |empty: bool, found: bool| empty || found;
    let spec = &mission.spec;
    let text = query.text.as_ref().map(|text| text.as_str().to_lowercase());
    let error = mission.last_failure.as_ref().map(|failure| failure.message.as_str());
    let texts = [Some(spec.title.as_str()), Some(spec.description.as_str()), error];
    any(query.statuses.is_empty(), query.statuses.contains(&mission.status()))
        && any(query.priorities.is_empty(), query.priorities.contains(&spec.priority))
        && any(query.kinds.is_empty(), query.kinds.contains(&spec.kind))
        && any(
            query.models.is_empty(),
            mission.model_used.as_ref().is_some_and(|model| query.models.contains(model)),
        )
        && any(query.labels.is_empty(), spec.labels.iter().any(|one| query.labels.contains(one)))
        && any(
            query.parents.is_empty(),
            mission.place.parent.is_some_and(|parent| query.parents.contains(&parent)),
        )
        && any(query.roots.is_empty(), query.roots.contains(&mission.place.root))
        && any(!query.only_roots, mission.place.parent.is_none())
        && text
            .is_none_or(|text| texts.iter().flatten().any(|one| one.to_lowercase().contains(&text)))
        && query.created_from.is_none_or(|from| mission.created_at >= from)
        && query.created_until.is_none_or(|until| mission.created_at < until)
        && query.dead_letter.is_none_or(|dead| mission.is_dead_letter() == dead)
        && query.held.is_none_or(|held| mission.held == held)
        && any(
            query.fingerprints.is_empty(),
            mission.status() == Status::Failed && query.fingerprints.contains(&tide()),
        )
}

/// The failure of which they all fail.
fn tide() -> Fingerprint {
    Fingerprint::of(&failure())
}

fn failure() -> Failure {
    Failure { class: FailureClass::Crashed, message: Text::parse("the tide came in").unwrap() }
}

/// Sixty missions of every kind of fate.
async fn settle_a_village(home: &Home) -> Vec<Mission> {
    let mut ids = Vec::new();
    for n in 0..60_usize {
        home.clock.advance(std::time::Duration::from_millis(700));
        let mut draft = home.draft(&format!("Mission {n}"));
        let spec = std::sync::Arc::make_mut(&mut draft.spec);
        spec.priority = Priority::ALL[n % 4];
        if n % 5 == 1 {
            spec.kind = "paint".parse().unwrap();
            spec.labels = vec![Text::parse("red").unwrap()];
        }
        draft.held = n % 11 == 3;
        if n % 6 == 2 {
            draft.model_used = Some(Text::parse("opus").unwrap());
        }
        if matches!(n, 7 | 13 | 14) {
            draft.parent = Some(ids[0]);
        }
        ids.push(home.make(draft).await.id);
    }
    for (n, id) in ids.iter().enumerate() {
        home.clock.advance(std::time::Duration::from_millis(31 * (n as u64 % 7)));
        if n % 11 != 3 {
            live(home, *id, n).await;
        }
    }
    home.store().missions(&scope(), &ids).await.unwrap()
}

async fn live(home: &Home, mission: mission_control_kernel::MissionId, n: usize) {
    let usage = UsageReport {
        tokens_used: Some(n as u64 % 9 * 100),
        cost: Money::from_nanos(n as i64 % 4 * 1_000),
        ..UsageReport::default()
    };
    let lease: Option<LeaseId> = None;
    let start = Command::Start { agent_type: None, model_used: None };
    let progress = Command::Progress { lease, progress: None, message: None, result: None, usage };
    let report = FailureReport { failure: failure(), retryable: None, retry_after: None };
    let commands = match n % 7 {
        0 | 1 => vec![start, progress],
        2 => vec![start, Command::Complete { lease, result: None, usage }],
        3 => vec![start, progress, Command::Fail { lease, report, usage }],
        4 => vec![Command::Cancel { reason: None, children: false }],
        5 => vec![
            start,
            Command::Fail { lease, report, usage },
            Command::Retry,
            Command::Edit(Edit { priority: Some(Priority::High), ..Edit::default() }),
        ],
        _ => Vec::new(),
    };
    for command in commands {
        home.clock.advance(std::time::Duration::from_millis(113));
        home.apply(Action::Command { scope: scope(), mission, command }).await;
    }
}
