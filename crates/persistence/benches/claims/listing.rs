//! Pages of lists, and searches.

use mission_control_kernel::{AgentId, ProjectId, Scope, Text};
use mission_control_missions::{ListQuery, MissionStore as _, Priority, Sort, SortKey, Status};
use mission_control_persistence::postgres::Postgres;
use tokio::time::Instant;

use crate::database::Database;
use crate::figures::{Times, median};

/// Pages of one list and size in one round.
const PAGES: usize = 20;
/// Missions of a page, as the screen asks for it.
const LIMIT: u32 = 50;
/// Pages that lie before a deep one.
const DEEP: usize = 40;

/// Every list among few and among many, in turns.
pub(crate) async fn compare(
    small: &Database,
    large: &Database,
    rounds: usize,
) -> anyhow::Result<()> {
    let (small, large) = (small.handle().await?, large.handle().await?);
    println!(
        "\n{:<28} {:>10} {:>10} {:>10} {:>10} {:>7}",
        "page of 50", "10^4 p50", "p95 ms", "10^6 p50", "p95 ms", "ratio"
    );
    for (name, query) in queries()? {
        let queries = [at(&small, &query).await?, at(&large, &query).await?];
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            for ((handle, query), times) in
                [&small, &large].into_iter().zip(&queries).zip(&mut times)
            {
                times.push(pages(handle, query).await?);
            }
        }
        let of = |size: usize, share: f64| {
            median(times[size].iter().map(|times: &Times| times.percentile(share)))
        };
        println!(
            "{name:<28} {:>10.2} {:>10.2} {:>10.2} {:>10.2} {:>7.2}",
            of(0, 0.5),
            of(0, 0.95),
            of(1, 0.5),
            of(1, 0.95),
            of(1, 0.95) / of(0, 0.95),
        );
    }
    Ok(())
}

/// A list, and how many pages of it are turned first.
struct Listed {
    query: ListQuery,
    turned: usize,
}

fn queries() -> anyhow::Result<Vec<(String, Listed)>> {
    let none = ListQuery { limit: LIMIT, ..ListQuery::default() };
    let agent: AgentId = "01900000-0000-7000-9000-000000000000".parse()?;
    let text = |text: &str| anyhow::Ok(Some(Text::parse(text)?));
    let failed = ListQuery { statuses: vec![Status::Failed], ..none.clone() };
    let cell = ListQuery { priorities: vec![Priority::High], ..failed.clone() };
    let mut all = vec![
        ("unfiltered".to_owned(), none.clone()),
        ("status".to_owned(), failed.clone()),
        ("status, priority".to_owned(), cell),
        ("agent".to_owned(), ListQuery { agents: vec![agent], ..none.clone() }),
        ("agent, status".to_owned(), ListQuery { agents: vec![agent], ..failed }),
        ("text, frequent".to_owned(), ListQuery { text: text("northern")?, ..none.clone() }),
        ("text, rare".to_owned(), ListQuery { text: text("obelisk")?, ..none.clone() }),
        ("text, absent".to_owned(), ListQuery { text: text("albatross")?, ..none.clone() }),
    ];
    for key in SortKey::ALL {
        for descending in [true, false] {
            let sort = Sort { key: *key, descending };
            let sign = if descending { "-" } else { "" };
            all.push((format!("sort {sign}{key}"), ListQuery { sort, ..none.clone() }));
        }
    }
    let mut listed: Vec<(String, Listed)> =
        all.into_iter().map(|(name, query)| (name, Listed { query, turned: 0 })).collect();
    for key in [SortKey::CreatedAt, SortKey::Tokens, SortKey::Priority] {
        let query = ListQuery { sort: Sort { key, descending: true }, ..none.clone() };
        listed.push((format!("page {DEEP}, sort -{key}"), Listed { query, turned: DEEP }));
    }
    Ok(listed)
}

fn scope() -> Scope {
    Scope::one(ProjectId::default_project())
}

/// The query for the page behind those that are turned first.
async fn at(handle: &Postgres, listed: &Listed) -> anyhow::Result<ListQuery> {
    let mut query = listed.query.clone();
    for _ in 0..listed.turned {
        query.after = handle.list(&scope(), &query).await?.next;
        anyhow::ensure!(query.after.is_some(), "too few missions for so many pages");
    }
    Ok(query)
}

async fn pages(handle: &Postgres, query: &ListQuery) -> anyhow::Result<Times> {
    let mut times = Vec::new();
    for _ in 0..PAGES {
        let since = Instant::now();
        handle.list(&scope(), query).await?;
        times.push(since.elapsed());
    }
    Ok(Times::of(times))
}
