//! Hears of what other processes have committed. A hint only: everything also polls.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::poll_fn;
use tokio_postgres::{AsyncMessage, Config, NoTls};

use super::signals::Signals;
use crate::postgres::journal;
use crate::postgres::pool::Pool;

/// How soon a lost listener comes back.
const RECONNECT: Duration = Duration::from_millis(500);
/// A connection is made within this time.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// How often the head is read without having heard anything.
const POLL: Duration = Duration::from_secs(1);

/// Listens until the task is aborted.
pub(super) async fn run(config: Config, pool: Pool, signals: Signals) {
    loop {
        if let Err(error) = listen(&config, &pool, &signals).await {
            tracing::debug!(%error, "not listening to PostgreSQL; changes are found by polling");
        }
        catch_up(&pool, &signals).await;
        tokio::time::sleep(RECONNECT).await;
    }
}

async fn listen(
    config: &Config,
    pool: &Pool,
    signals: &Signals,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (client, mut connection) =
        tokio::time::timeout(CONNECT_WITHIN, config.connect(NoTls)).await??;
    let mut messages = poll_fn(move |cx| connection.poll_message(cx));
    let subscribe = client.batch_execute(include_str!("../../sql/postgres/listen.sql"));
    tokio::pin!(subscribe);
    let mut subscribed = false;
    loop {
        tokio::select! {
            done = &mut subscribe, if !subscribed => {
                done?;
                subscribed = true;
                // Whatever was told before we listened.
                catch_up(pool, signals).await;
            }
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(note))) => match note.channel() {
                    "mission_control_work" => signals.work_heard_of(),
                    _ => catch_up(pool, signals).await,
                },
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => return Ok(()),
            },
            () = tokio::time::sleep(POLL) => catch_up(pool, signals).await,
        }
    }
}

async fn catch_up(pool: &Pool, signals: &Signals) {
    match journal::newest(pool).await {
        Ok(head) => signals.head_is(head),
        Err(error) => tracing::debug!(%error, "the journal's head could not be read"),
    }
}
