//! Transactions that write to the journal as the adapter does, and take as long as a test wants.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mission_control_kernel::{Clock as _, MissionId, SystemClock};
use tokio_postgres::{Client, Statement, Transaction};

use crate::stage::Stage;

/// The adapter's own statement.
const INSERT_JOURNAL: &str = include_str!("../../sql/postgres/insert_journal.sql");
const MOVE_MISSION: &str = include_str!("sql/move_mission.sql");
const LINGER: &str = include_str!("sql/linger.sql");

/// What the adapter keeps of a report of progress.
const PROGRESSED: &str =
    r#"{"v":1,"to":"running","priority":"medium","kind":"default","lease":1,"progress":50.0}"#;

/// A session that writes.
pub(crate) struct Writer {
    client: Client,
    statements: Statements,
}

struct Statements {
    move_mission: Statement,
    insert_journal: Statement,
    linger: Statement,
}

/// A transaction that has written and is not committed.
pub(crate) struct Open<'a> {
    transaction: Transaction<'a>,
    statements: &'a Statements,
}

impl Writer {
    pub(crate) async fn new(stage: &Stage) -> anyhow::Result<Self> {
        let client = stage.session().await?;
        let statements = Statements {
            move_mission: client.prepare(MOVE_MISSION).await?,
            insert_journal: client.prepare(INSERT_JOURNAL).await?,
            linger: client.prepare(LINGER).await?,
        };
        Ok(Self { client, statements })
    }

    /// Locks missions, in the order of their ids as every writer does, and writes one entry about
    /// each, all of them as one batch.
    pub(crate) async fn write(&mut self, missions: &[MissionId]) -> anyhow::Result<Open<'_>> {
        let statements = &self.statements;
        let transaction = self.client.transaction().await?;
        let mut names: Vec<String> = missions.iter().map(ToString::to_string).collect();
        names.sort_unstable();
        let mut versions: Vec<i64> = Vec::new();
        for name in &names {
            let row = transaction.query_one(&statements.move_mission, &[name]).await?;
            versions.push(row.try_get(0)?);
        }
        let count = names.len();
        let now = UNIX_EPOCH + Duration::from_micros(SystemClock.now().as_micros().unsigned_abs());
        let at: SystemTime = now;
        transaction
            .execute(
                &statements.insert_journal,
                &[
                    &vec!["default"; count],
                    &names,
                    &vec![None::<&str>; count],
                    &versions,
                    &vec!["progressed"; count],
                    &vec![PROGRESSED; count],
                    &at,
                ],
            )
            .await?;
        Ok(Open { transaction, statements })
    }
}

impl Open<'_> {
    /// Commits once the server has waited for this long.
    pub(crate) async fn commit_after(self, span: Duration) -> anyhow::Result<()> {
        self.transaction.execute(&self.statements.linger, &[&span.as_secs_f64()]).await?;
        self.commit().await
    }

    pub(crate) async fn commit(self) -> anyhow::Result<()> {
        Ok(self.transaction.commit().await?)
    }
}
