//! Progress rewrites a row where it stands.

use std::sync::Arc;

use futures::StreamExt as _;
use mission_control_kernel::{MissionId, Scope};
use mission_control_missions::{
    Action, Actor, Command, MissionStore as _, Progress, Request, UsageReport, Verdict,
};

use super::plenty::Database;
use crate::postgres::Postgres;

/// Missions that run.
const RUNNING: usize = 100;
/// Reports of each in a round.
const REPORTS: u32 = 10;
/// Rounds that may be tried: while anything in the database holds a snapshot, old versions stay and a page has no room for another. A column with an index fails every round.
const ROUNDS: u32 = 5;
/// From one mission that reports to the next: neighbours in the table do not report together.
const STRIDE: usize = 37;
/// Reports under way at the same time.
const AT_ONCE: usize = 8;

async fn tell(handle: &Postgres, mission: MissionId, command: Command) {
    let action = Action::Command { scope: Scope::All, mission, command };
    let verdict = handle.apply(Request { action, by: Actor::System, receipt: None }).await.unwrap();
    assert!(matches!(verdict, Verdict::Done(..)), "{verdict:?}");
}

fn report(n: u32) -> Command {
    Command::Progress {
        lease: None,
        progress: Some(Progress::parse(f64::from(n)).unwrap()),
        message: None,
        result: None,
        usage: UsageReport { tokens_used: Some(u64::from(n) * 100), ..UsageReport::default() },
    }
}

/// Updates of missions so far, and how many of them were heap-only.
async fn updates(database: &Database) -> (i64, i64) {
    let session = database.session().await;
    let row = session.query_one(include_str!("sql/updates_of_missions.sql"), &[]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn nine_of_ten_reports_of_progress_touch_no_index() {
    let database = Database::empty("reporting").await;
    database.fill(10 * i32::try_from(RUNNING).unwrap(), 1_000).await;
    let names: Vec<String> = {
        let session = database.session().await;
        // An analysis holds a snapshot, and for long where the machine is busy.
        session.batch_execute(include_str!("sql/leave_missions_alone.sql")).await.unwrap();
        let rows = session
            .query(include_str!("sql/some_missions.sql"), &[&i64::try_from(RUNNING).unwrap()])
            .await
            .unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    };
    let missions: Vec<MissionId> = names.iter().map(|name| name.parse().unwrap()).collect();
    let start = |handle: Arc<Postgres>| {
        let missions = missions.clone();
        async move {
            for mission in missions {
                tell(&handle, mission, Command::Start { agent_type: None, model_used: None }).await;
            }
        }
    };
    database.after(start).await;
    let all_report = |handle: Arc<Postgres>, round: u32| {
        let missions = missions.clone();
        async move {
            let stirred: Vec<MissionId> =
                (0..RUNNING).map(|index| missions[index * STRIDE % RUNNING]).collect();
            let reports = (1..=REPORTS)
                .flat_map(|n| stirred.iter().map(move |id| (round * REPORTS + n, *id)));
            let told = futures::stream::iter(reports)
                .map(|(n, mission)| tell(&handle, mission, report(n)))
                .buffered(AT_ONCE);
            told.collect::<()>().await;
        }
    };
    let mut seen = Vec::new();
    for round in 0..ROUNDS {
        let (all_before, heap_only_before) = updates(&database).await;
        database.after(|handle| all_report(handle, round)).await;
        let (all, heap_only) = updates(&database).await;
        let (all, heap_only) = (all - all_before, heap_only - heap_only_before);
        assert_eq!(all, i64::try_from(RUNNING).unwrap() * i64::from(REPORTS));
        if heap_only * 10 >= all * 9 {
            return;
        }
        seen.push(heap_only);
    }
    panic!("of {} each time, only {seen:?} were heap-only", RUNNING * REPORTS as usize);
}
