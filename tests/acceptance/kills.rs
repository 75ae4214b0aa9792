//! The small form of the kill scenarios; `tests/long` has the full one.

use anyhow::Result;
use mission_control_tests::kills::Engine::{self, Postgres, Sqlite};
use mission_control_tests::kills::scenario::{self, Figures, Size};

/// Enough to see each kill once and a kill after a kill once.
const SMALL: Size = Size { rounds: 2, writers: 2, seed: 1 };

const ONCE: Size = Size { rounds: 1, ..SMALL };

#[track_caller]
fn holds(figures: &Figures) {
    assert_eq!(figures.violations, [""; 0], "{figures:#?}");
    assert_ne!(figures.accepted, 0, "nothing was accepted");
}

async fn after_a_201(engine: Engine) -> Result<()> {
    let figures = scenario::killed_after_acceptance(engine, SMALL).await?;
    holds(&figures);
    assert_eq!(figures.unstarted, SMALL.rounds);
    Ok(())
}

async fn while_running(engine: Engine) -> Result<()> {
    let figures = scenario::killed_while_running(engine, ONCE).await?;
    holds(&figures);
    assert_eq!(figures.rerun.len(), ONCE.rounds);
    Ok(())
}

async fn late_report(engine: Engine) -> Result<()> {
    let figures = scenario::reported_late(engine, SMALL).await?;
    holds(&figures);
    assert_eq!((figures.late_refused, figures.late_reports), (6, 6));
    Ok(())
}

#[tokio::test]
async fn what_was_accepted_right_before_a_kill_is_done_after_it_on_sqlite() -> Result<()> {
    after_a_201(Sqlite).await
}

#[tokio::test]
async fn what_was_accepted_right_before_a_kill_is_done_after_it_on_postgres() -> Result<()> {
    after_a_201(Postgres).await
}

#[tokio::test]
async fn what_ran_when_the_server_was_killed_runs_again_and_ends_once_on_sqlite() -> Result<()> {
    while_running(Sqlite).await
}

#[tokio::test]
async fn what_ran_when_the_server_was_killed_runs_again_and_ends_once_on_postgres() -> Result<()> {
    while_running(Postgres).await
}

#[tokio::test]
async fn a_server_outlives_its_database_and_loses_nothing() -> Result<()> {
    let figures = scenario::database_killed(SMALL).await?;
    holds(&figures);
    assert_eq!((figures.noticed.len(), figures.recovery.len()), (SMALL.rounds, SMALL.rounds));
    Ok(())
}

#[tokio::test]
async fn a_report_under_a_lease_that_was_lost_is_refused_on_sqlite() -> Result<()> {
    late_report(Sqlite).await
}

#[tokio::test]
async fn a_report_under_a_lease_that_was_lost_is_refused_on_postgres() -> Result<()> {
    late_report(Postgres).await
}
