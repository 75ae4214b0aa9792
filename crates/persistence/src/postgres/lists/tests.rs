use mission_control_kernel::{ProjectId, Scope, Text};
use mission_control_missions::{
    Complexity, ListPlace, ListQuery, Mission, Priority, Sort, SortKey, Status,
};
use tokio_postgres::{Client, Row};

use super::Statement;
use super::branches::Source;
use super::narrow::{Narrow, is_chosen};
use crate::postgres::link::refs;
use crate::postgres::load::mission;
use crate::postgres::tests::explained::Plan;
use crate::postgres::tests::plenty::Database;

const READER_SETUP: &str = include_str!("../../../sql/postgres/reader_setup.sql");

/// A page as the screen asks for it.
const LIMIT: u32 = 50;

/// The most missions that a page may look at: one that its order's indexes answer alone, with every
/// running mission where running ones are read live,
const ORDER: i64 = 2_000;
/// and one on whose way only every three-hundredth mission passes a filter, or every twentieth in
/// each status and priority.
const FILTERED: i64 = 40_000;

fn sorts() -> impl Iterator<Item = Sort> {
    SortKey::ALL
        .iter()
        .flat_map(|key| [false, true].map(|descending| Sort { key: *key, descending }))
}

fn scope() -> Scope {
    Scope::one(ProjectId::default_project())
}

fn queries(some: &Mission) -> Vec<(&'static str, i64, ListQuery)> {
    [asked(some), failures()].concat()
}

/// What failed alike.
fn failures() -> Vec<(&'static str, i64, ListQuery)> {
    let alike = |word: &str| ListQuery {
        fingerprints: vec![word.parse().unwrap()],
        limit: LIMIT,
        ..ListQuery::default()
    };
    let dead = ListQuery { dead_letter: Some(true), ..alike("1-0000000000000001") };
    vec![
        ("fingerprint", ORDER, alike("1-0000000000000002")),
        ("dead of a fingerprint", FILTERED, dead),
    ]
}

fn asked(some: &Mission) -> Vec<(&'static str, i64, ListQuery)> {
    let none = ListQuery { limit: LIMIT, ..ListQuery::default() };
    let text = |text: &str| Text::parse(text).unwrap();
    let agent = |n: u32| format!("01900000-0000-7000-9000-{n:012x}").parse().unwrap();
    let run = |n: u32| format!("01900000-0000-7000-8000-{n:012x}").parse().unwrap();
    vec![
        ("nothing", ORDER, none.clone()),
        ("pending", ORDER, ListQuery { statuses: vec![Status::Pending], ..none.clone() }),
        ("running", ORDER, ListQuery { statuses: vec![Status::Running], ..none.clone() }),
        ("completed", ORDER, ListQuery { statuses: vec![Status::Completed], ..none.clone() }),
        ("failed", ORDER, ListQuery { statuses: vec![Status::Failed], ..none.clone() }),
        (
            "cells",
            ORDER,
            ListQuery {
                statuses: vec![Status::Failed, Status::Running],
                priorities: vec![Priority::Critical, Priority::Low],
                ..none.clone()
            },
        ),
        ("priority", ORDER, ListQuery { priorities: vec![Priority::High], ..none.clone() }),
        ("kind", FILTERED, ListQuery { kinds: vec!["paint".parse().unwrap()], ..none.clone() }),
        (
            "default kind",
            FILTERED,
            ListQuery { kinds: vec!["default".parse().unwrap()], ..none.clone() },
        ),
        ("agent", FILTERED, ListQuery { agents: vec![agent(7)], ..none.clone() }),
        ("busy agent", FILTERED, ListQuery { agents: vec![agent(0)], ..none.clone() }),
        ("unknown agent", ORDER, ListQuery { agents: vec![agent(9_999)], ..none.clone() }),
        ("agents", FILTERED, ListQuery { agents: vec![agent(7), agent(8)], ..none.clone() }),
        (
            "failures of one agent",
            FILTERED,
            ListQuery { agents: vec![agent(0)], statuses: vec![Status::Failed], ..none.clone() },
        ),
        ("agent type", FILTERED, ListQuery { agent_types: vec![text("coder")], ..none.clone() }),
        ("model", FILTERED, ListQuery { models: vec![text("opus")], ..none.clone() }),
        ("template", FILTERED, ListQuery { templates: vec![text("survey-3")], ..none.clone() }),
        (
            "complexity",
            FILTERED,
            ListQuery { complexities: vec![Complexity::Expert], ..none.clone() },
        ),
        (
            "label",
            FILTERED,
            ListQuery { labels: vec![Text::parse("red").unwrap()], ..none.clone() },
        ),
        (
            "rare label",
            ORDER,
            ListQuery { labels: vec![Text::parse("rare").unwrap()], ..none.clone() },
        ),
        ("children", ORDER, ListQuery { parents: vec![some.id], ..none.clone() }),
        ("tree", ORDER, ListQuery { roots: vec![some.id], ..none.clone() }),
        ("run", ORDER, ListQuery { runs: vec![run(5)], ..none.clone() }),
        ("only roots", ORDER, ListQuery { only_roots: true, ..none.clone() }),
        ("from", ORDER, ListQuery { created_from: Some(some.created_at), ..none.clone() }),
        ("until", ORDER, ListQuery { created_until: Some(some.created_at), ..none.clone() }),
        ("dead letter", ORDER, ListQuery { dead_letter: Some(true), ..none.clone() }),
        ("no dead letter", ORDER, ListQuery { dead_letter: Some(false), ..none.clone() }),
        ("held", ORDER, ListQuery { held: Some(true), ..none }),
    ]
}

async fn rows(session: &Client, statement: Statement) -> Vec<Row> {
    session.query(&statement.text, &refs(&statement.params)).await.unwrap()
}

async fn source_of(session: &Client, query: &ListQuery) -> Source {
    let narrow = Narrow::all_of(query);
    if is_chosen(query, &narrow) {
        return Source::narrowest(query, narrow, None).unwrap();
    }
    let counts = rows(session, Statement::measure(&scope(), query, &narrow)).await;
    Source::narrowest(query, narrow, counts.first()).unwrap()
}

async fn page(session: &Client, query: &ListQuery, source: &Source) -> Vec<Mission> {
    let statement = Statement::page(&scope(), query, None, source);
    rows(session, statement).await.iter().map(|row| mission(row).unwrap()).collect()
}

/// A whole list, page by page.
async fn walk(session: &Client, mut query: ListQuery, source: &Source) -> Vec<ListPlace> {
    let mut all = Vec::new();
    loop {
        let mut missions = page(session, &query, source).await;
        let more = missions.len() > query.limit as usize;
        missions.truncate(query.limit as usize);
        all.extend(missions.iter().map(|mission| place(&query, mission)));
        if !more {
            return all;
        }
        query.after = all.last().copied();
    }
}

fn place(query: &ListQuery, mission: &Mission) -> ListPlace {
    ListPlace { value: query.sort.key.value(mission), id: mission.id }
}

/// The mission in the middle of the order of creation.
async fn middle(session: &Client) -> Mission {
    let sql = concat!(
        include_str!("../../../sql/postgres/mission_columns.sql"),
        include_str!("../tests/sql/in_the_middle.sql")
    );
    mission(&session.query_one(sql, &[]).await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_list_is_the_same_however_it_is_read() {
    let database = Database::empty("lists").await;
    database.fill(1_300, 50).await;
    let session = database.session().await;
    let middle = middle(&session).await;
    for (name, _, query) in queries(&middle) {
        for sort in sorts() {
            let query = ListQuery { sort, limit: 300, ..query.clone() };
            let sorted = walk(&session, query.clone(), &Source::Few).await;
            let mut in_order = sorted.clone();
            in_order.sort_unstable_by_key(|place| (place.value, place.id));
            if sort.descending {
                in_order.reverse();
            }
            assert_eq!(sorted, in_order, "{name} by {sort:?}");
            let nobody = name == "unknown agent";
            assert_eq!(sorted.is_empty(), nobody, "{name} leaves {} missions", sorted.len());
            let mut sources = vec![Source::Order];
            for narrow in Narrow::all_of(&query) {
                sources.push(Source::Filter(narrow.clone(), Vec::new()));
                sources.push(Source::Filter(narrow, vec![Status::Failed, Status::Pending]));
            }
            for source in sources {
                let walked = walk(&session, query.clone(), &source).await;
                assert!(walked == sorted, "{name} by {sort:?} from {source:?}");
            }
        }
    }
}

#[tokio::test]
async fn every_page_of_very_many_missions_is_a_short_walk() {
    let plenty = Database::plenty().await;
    let session = plenty.session().await;
    session.batch_execute(READER_SETUP).await.unwrap();
    let middle = middle(&session).await;
    for (name, bound, query) in queries(&middle) {
        for sort in sorts() {
            let query = ListQuery { sort, ..query.clone() };
            let deep = ListQuery { after: Some(place(&query, &middle)), ..query.clone() };
            for query in [query, deep] {
                let source = source_of(&session, &query).await;
                let statement = Statement::page(&scope(), &query, None, &source);
                let parameters = refs(&statement.params);
                let plan = Plan::carried_out(&session, &statement.text, &parameters).await;
                let seen = plan.looked_at("missions");
                let what = format!("{name} by {sort:?} after {:?}", query.after);
                assert!(!plan.reads_whole("missions"), "{what} reads everything: {plan}");
                assert!(seen <= bound, "{what} looks at {seen} missions, of {bound}: {plan}");
            }
        }
    }
}
