//! Hears of what other processes have committed. A hint only: everything also polls.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::poll_fn;
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Config, NoTls, Notification};

use super::signals::Signals;
use crate::postgres::journal;
use crate::postgres::pool::{ANSWER_WITHIN, Pool};

/// How soon a lost listener comes back.
const RECONNECT: Duration = Duration::from_millis(500);
/// A connection is made within this time.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// How often the head is read, and the connection probed, whatever was heard: the sequencer looks more
/// often.
const POLL: Duration = Duration::from_secs(5);

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

/// Subscribes and hears, until the connection ends or does not answer any more: one that a network
/// has swallowed is silent like one that has nothing to tell.
async fn listen(
    config: &Config,
    pool: &Pool,
    signals: &Signals,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (client, mut connection) = timeout(CONNECT_WITHIN, config.connect(NoTls)).await??;
    let mut messages = poll_fn(move |cx| connection.poll_message(cx));
    let asking = async {
        let subscribe = client.batch_execute(include_str!("../../sql/postgres/listen.sql"));
        timeout(ANSWER_WITHIN, subscribe).await??;
        // Whatever was told before we listened.
        signals.work_heard_of();
        loop {
            catch_up(pool, signals).await;
            tokio::time::sleep(POLL).await;
            timeout(ANSWER_WITHIN, client.check_connection()).await??;
        }
    };
    let hearing = async {
        while let Some(message) = messages.next().await {
            if let AsyncMessage::Notification(note) = message? {
                hear(&note, pool, signals).await;
            }
        }
        Ok(())
    };
    tokio::select! {
        ended = asking => ended,
        ended = hearing => ended,
    }
}

async fn hear(note: &Notification, pool: &Pool, signals: &Signals) {
    match note.channel() {
        "mission_control_work" => signals.work_heard_of(),
        _ => match note.payload().parse() {
            Ok(head) => signals.head_is(head),
            Err(_) => catch_up(pool, signals).await,
        },
    }
}

async fn catch_up(pool: &Pool, signals: &Signals) {
    match journal::newest(pool).await {
        Ok(head) => signals.head_is(head),
        Err(error) => tracing::debug!(%error, "the journal's head could not be read"),
    }
}
