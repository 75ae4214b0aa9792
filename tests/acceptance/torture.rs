//! The small forms of what hurts an engine without killing it; `tests/long` has the large ones. Each
//! runs its control too, and fails as blind where that shows nothing.

use std::time::Duration;

use anyhow::Result;
use mission_control_tests::torture::cancels::{self, Reach};
use mission_control_tests::torture::cuts::{self, Operation};
use mission_control_tests::torture::{Findings, crowd, edges, fairness, ticks, zombies};

/// What is promised in seconds, on a machine that is busy with other tests; the large forms measure
/// the promise.
const PATIENCE: Duration = Duration::from_secs(60);

#[track_caller]
fn holds(findings: &Findings) {
    assert_eq!(findings.complaints(), [""; 0], "{findings:#?}");
}

#[tokio::test]
async fn a_worker_that_was_stopped_for_too_long_is_not_believed_when_it_goes_on() -> Result<()> {
    let size = zombies::Size {
        workers: 5,
        rounds: 4,
        leases: 2,
        healthy: 50,
        healthy_lease: Duration::from_secs(20),
        dead_within: PATIENCE,
        rescued_within: PATIENCE,
    };
    let findings = zombies::run(size).await?;
    holds(&findings);
    assert_eq!(findings.counted("rounds"), 20);
    assert_eq!(findings.counted("stale_refused"), findings.counted("stale_writes"));
    Ok(())
}

#[tokio::test]
async fn at_the_end_of_a_lease_exactly_one_wins_and_the_others_are_told_why() -> Result<()> {
    let findings = edges::run(edges::Size { leases: 500, rounds: 2, seed: 1 }).await?;
    holds(&findings);
    assert_eq!((findings.counted("edges"), findings.counted("winners")), (1_000, 1_000));
    Ok(())
}

#[tokio::test]
async fn a_crowd_at_few_missions_never_waits_in_a_circle() -> Result<()> {
    let size = crowd::Size { clients: 32, missions: 50, operations: 40, seed: 1 };
    let findings = crowd::run(size).await?;
    holds(&findings);
    assert_eq!(findings.counted("operations"), 1_280);
    Ok(())
}

#[tokio::test]
async fn whichever_statement_an_operation_is_cut_at_it_is_not_left_half_done() -> Result<()> {
    holds(&cuts::run(&[Operation::Batch, Operation::Claim, Operation::Complete]).await?);
    Ok(())
}

#[tokio::test]
async fn a_cancel_and_a_completion_at_the_same_instant_have_one_end() -> Result<()> {
    let findings = cancels::run(200).await?;
    holds(&findings);
    assert_eq!(findings.counted("completed") + findings.counted("cancelled"), 200);
    Ok(())
}

#[tokio::test]
async fn a_cancel_reaches_a_worker_that_is_idle_busy_or_has_stood_still() -> Result<()> {
    let findings = cancels::reach(Reach { cancels: 3, within: PATIENCE }).await?;
    holds(&findings);
    assert_eq!(findings.spans.iter().map(|(_, spans)| spans.len()).sum::<usize>(), 9);
    Ok(())
}

#[tokio::test]
async fn those_with_few_missions_do_not_wait_for_the_one_with_many() -> Result<()> {
    let size = fairness::Size { flood: 10_000, agents: 4, room: 20, timed: false };
    holds(&fairness::run(size).await?);
    Ok(())
}

#[tokio::test]
async fn each_tick_is_fired_once_while_servers_are_killed() -> Result<()> {
    let findings = ticks::run(ticks::Size { schedules: 20, kills: 8, ticks_between: 2 }).await?;
    holds(&findings);
    assert_eq!(findings.counted("kills"), 8);
    assert_eq!(findings.counted("missions"), findings.counted("ticks"));
    Ok(())
}
