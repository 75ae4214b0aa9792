//! Halves of operations, found in the tables.

use anyhow::Result;
use mission_control_conformance::private_postgres::PrivatePostgres;

const HALF_DONE: &str = include_str!("sql/half_done.sql");
const HALVE: &str = include_str!("sql/halve.sql");

/// All that is there by half.
pub(super) async fn half_done(database: &PrivatePostgres) -> Result<Vec<String>> {
    let rows = database.client().await?.query(HALF_DONE, &[]).await?;
    let told = rows.iter().map(|row| {
        let (what, mission): (&str, &str) = (row.get(0), row.get(1));
        format!("{mission}: {what}")
    });
    Ok(told.collect())
}

/// The control: takes one half of a claim away, by hand.
pub(super) async fn halve(database: &PrivatePostgres, mission: &str) -> Result<()> {
    let changed = database.client().await?.execute(HALVE, &[&mission]).await?;
    anyhow::ensure!(changed == 1, "{mission} has no lease");
    Ok(())
}
