//! PostgreSQL: any number of processes on one database.
//!
//! `committer` carries out commands in batches, `claim` takes missions from the queue,
//! `sequencer` gives committed entries their places, `listener` hears of other processes. These
//! four own their connections, and so do the numbers of `lanes`; everything else borrows from a
//! `pool`.

mod agents;
mod batch;
mod claim;
mod clock;
mod closing;
mod committer;
mod dead_letter;
mod directory;
mod facts;
mod identity;
mod journal;
mod lanes;
mod leases;
mod leaving;
mod link;
mod listener;
mod lists;
mod load;
mod logs;
mod migrations;
mod opened;
mod pool;
mod previews;
mod queue;
mod queues;
mod reads;
mod receipts;
mod runs;
mod schedules;
mod search;
mod sequencer;
mod signals;
mod snapshot;
mod standings;
mod store;
mod sweep;
mod templates;
#[cfg(test)]
mod tests;
mod upkeep;
mod values;
mod workflows;
mod write;

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{Clock, StoreError};
use tokio::task::AbortHandle;
use tokio_postgres::Config;

use self::claim::Claimer;
use self::clock::{DatabaseClock, SYNC_EVERY};
use self::committer::{Committer, Context};
use self::lanes::LaneIds;
use self::link::{Link, WRITER_SETUP};
pub use self::migrations::OpenError;
use self::pool::Pool;
use self::sequencer::Sequencer;
use self::signals::Signals;
use crate::Options;

/// A store on PostgreSQL 15 or newer.
pub struct Postgres {
    context: Context,
    committer: Committer,
    claimer: Claimer,
    sequencer: Arc<Sequencer>,
    background: Vec<AbortHandle>,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        for task in &self.background {
            task.abort();
        }
        self.context.pool.close();
    }
}

impl Postgres {
    /// Connects, brings the schema up to date, and starts what runs in the background.
    ///
    /// # Errors
    /// When the database cannot be reached, or has a schema that is not ours.
    pub async fn connect(dsn: &str, options: Options) -> Result<Arc<Self>, OpenError> {
        let mut config: Config = dsn
            .parse()
            .map_err(|error: tokio_postgres::Error| OpenError::Dsn(error.to_string()))?;
        config.connect_timeout(CONNECT_WITHIN);
        let mut link = Link::connect(&config, WRITER_SETUP).await?;
        let store_id = format!("{:032x}", rand::random::<u128>());
        migrations::migrate(&link.client, &store_id).await?;
        warn_unless_durable(&mut link).await?;
        let mut background = Vec::new();
        let clock: Arc<dyn Clock> = match options.clock {
            Some(clock) => clock,
            None => {
                let clock = DatabaseClock::synced(&mut link).await?;
                background.push(tokio::spawn(keep_time(Arc::clone(&clock), config.clone())));
                clock
            }
        };
        let context = Context {
            pool: Pool::new(config.clone(), Arc::clone(&options.telemetry))?,
            lanes: LaneIds::at(config.clone(), Arc::clone(&clock)),
            config,
            clock,
            chance: options.chance,
            telemetry: options.telemetry,
            signals: Signals::new(),
        };
        let sequencer = Sequencer::new(context.clone());
        sequencer.pass().await?;
        background.push(tokio::spawn(Arc::clone(&sequencer).run()));
        let feed = search::feed(context.pool.clone(), Arc::clone(&sequencer));
        background.push(tokio::spawn(feed));
        let (config, pool, signals) =
            (context.config.clone(), context.pool.clone(), context.signals.clone());
        background.push(tokio::spawn(listener::run(config, pool, signals)));
        Ok(Arc::new(Self {
            committer: Committer::start(context.clone()),
            claimer: Claimer::new(context.clone()),
            sequencer,
            background: background.iter().map(tokio::task::JoinHandle::abort_handle).collect(),
            context,
        }))
    }
}

/// A database that does not answer within this is away.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// Compares the clocks once a second.
async fn keep_time(clock: Arc<DatabaseClock>, config: Config) {
    let mut link = None;
    loop {
        tokio::time::sleep(SYNC_EVERY).await;
        if link.as_ref().is_none_or(Link::is_closed) {
            link = Link::connect(&config, WRITER_SETUP).await.ok();
        }
        if let Some(open) = &mut link
            && clock.sync(open).await.is_err()
        {
            link = None;
        }
    }
}

/// Says loudly when the database may lose what it has acknowledged.
async fn warn_unless_durable(link: &mut Link) -> Result<(), StoreError> {
    let rows = link
        .query(load::sql!("durability"), &Vec::new())
        .await
        .map_err(|error| values::store_error(&error))?;
    let Some(row) = rows.first() else { return Ok(()) };
    let (fsync, commit): (&str, &str) = (row.get(0), row.get(1));
    if fsync == "off" || commit == "off" {
        tracing::warn!(
            fsync,
            synchronous_commit = commit,
            "PostgreSQL is set to lose acknowledged missions in a crash; turn both on"
        );
    }
    Ok(())
}
