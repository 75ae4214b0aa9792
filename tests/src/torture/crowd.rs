//! R20: many clients do everything at once to few missions. PostgreSQL must not find a circle of those
//! who wait for each other, nobody must hear of one, and nothing may be left half done.

mod client;

use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use mission_control_conformance::private_postgres::PrivatePostgres;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use super::LONG;
use super::audit;
use super::findings::Findings;
use super::ground::{Ground, create, create_all};
use crate::eventually;
use client::Client;

const DEADLOCKS: &str = include_str!("sql/deadlocks.sql");
const LOCK_MISSION: &str = include_str!("sql/lock_mission.sql");

/// How large a run is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Clients, half of them at each server.
    pub clients: usize,
    /// Missions that all of them share.
    pub missions: usize,
    /// What each client does.
    pub operations: usize,
    /// Where the random choices begin.
    pub seed: u64,
}

/// What PostgreSQL has counted.
#[derive(Clone, Copy, Debug)]
struct Counted {
    deadlocks: i64,
    transactions: i64,
}

/// Lets the crowd in.
///
/// # Errors
/// When the run itself cannot go on; what does not hold is among the findings.
pub async fn run(size: Size) -> Result<Findings> {
    let mut ground = Ground::on_postgres(2).await?;
    let mut findings = Findings::default();
    let known = ground.database.as_ref().context("a database")?;
    findings.control("two who wait for each other", circle(&ground, known).await?);
    let before = counted(known).await?;
    let body = |n| json!({"title": format!("contested {n}"), "max_attempts": 100});
    let board = create_all(&ground.doors[0], (0..size.missions).map(body).collect()).await?;
    let board = Arc::new(Mutex::new(board));
    let mut clients = JoinSet::new();
    for number in 0..size.clients {
        let door = ground.doors[number % 2].clone();
        let client = Client::new(number, door, Arc::clone(&board), size.seed).await?;
        clients.spawn(client.run(size.operations));
    }
    while let Some(ended) = clients.join_next().await {
        findings.join(ended??);
    }
    for server in &mut ground.servers {
        // What a session has counted is told when it ends, at the latest.
        server.terminate().await?;
        let log = server.log();
        if let Some(word) = client::TROUBLE.iter().find(|word| log.contains(**word)) {
            findings.violate(format!("a server's log says {word}:\n{log}"));
        }
    }
    let database = ground.database.as_ref().context("a database")?;
    let after = counted(database).await?;
    let deadlocks = after.deadlocks - before.deadlocks;
    findings.count("transactions", usize::try_from(after.transactions - before.transactions)?);
    findings.count("deadlocks", usize::try_from(deadlocks)?);
    if deadlocks != 0 {
        findings.violate(format!("PostgreSQL has found {deadlocks} deadlocks"));
    }
    findings.violate_all(audit::half_done(database).await?);
    Ok(findings)
}

async fn counted(database: &PrivatePostgres) -> Result<Counted> {
    let row = database.client().await?.query_one(DEADLOCKS, &[]).await?;
    Ok(Counted { deadlocks: row.get(0), transactions: row.get(1) })
}

/// The control: two transactions that lock two missions in opposite order. How many deadlocks
/// PostgreSQL has counted then.
async fn circle(ground: &Ground, database: &PrivatePostgres) -> Result<usize> {
    let before = counted(database).await?.deadlocks;
    let mut missions = Vec::new();
    for title in ["one", "other"] {
        missions.push(create(&ground.doors[0], &json!({"title": title, "held": true})).await?);
    }
    let (one, other) = (database.client().await?, database.client().await?);
    for (session, first) in [(&one, &missions[0]), (&other, &missions[1])] {
        session.batch_execute("BEGIN").await?;
        session.query(LOCK_MISSION, &[first]).await?;
    }
    let (mine, yours): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 1]) =
        ([&missions[0]], [&missions[1]]);
    let (one_then, other_then) =
        tokio::join!(one.query(LOCK_MISSION, &yours), other.query(LOCK_MISSION, &mine));
    let refused = [one_then.err(), other_then.err()];
    let refused = refused.iter().flatten();
    let deadlocked =
        |error: &&tokio_postgres::Error| error.code() == Some(&SqlState::T_R_DEADLOCK_DETECTED);
    anyhow::ensure!(refused.filter(deadlocked).count() == 1, "one of the two must be refused");
    drop((one, other));
    let found = eventually("the deadlock is counted", LONG, async || {
        match counted(database).await.map(|now| now.deadlocks - before) {
            Ok(found) if found > 0 => Ok(found),
            seen => Err(format!("{seen:?}")),
        }
    });
    Ok(usize::try_from(found.await)?)
}
