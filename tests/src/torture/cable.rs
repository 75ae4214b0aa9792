//! A cable to PostgreSQL that can be cut at a given statement.
//!
//! It carries the messages of the protocol (PostgreSQL, "Frontend/Backend Protocol") one by one. A
//! statement is what is asked with Execute or Query; where several are sent at a time, each counts.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// No message of a test is larger.
const MAX_MESSAGE: usize = 64 * 1024 * 1024;

/// Where a connection is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cut {
    /// Before the statement has arrived.
    Before,
    /// Behind it: it has been carried out, and its answer is lost.
    Behind,
}

/// A listener in front of a PostgreSQL; gone when dropped, with all that goes through it.
pub(super) struct Cable {
    address: SocketAddr,
    shears: Arc<Shears>,
    accepting: JoinHandle<()>,
}

/// When the next connection is cut.
#[derive(Default)]
struct Shears {
    statements: AtomicU64,
    is_cut: AtomicBool,
    at: Mutex<Option<(u64, Cut)>>,
}

impl Cable {
    /// In front of the server at `host:port`.
    pub(super) async fn before(target: String) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shears = Arc::new(Shears::default());
        let carrying = Arc::clone(&shears);
        let accepting = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (target, shears) = (target.clone(), Arc::clone(&carrying));
                // How a connection ends is for its two ends to notice.
                connections.spawn(async move { carry(client, &target, shears).await });
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, shears, accepting })
    }

    /// The same database by way of the cable.
    pub(super) fn through(&self, dsn: &str) -> Result<String> {
        let (front, database) = dsn.rsplit_once('/').context("a database")?;
        let (front, _) = front.rsplit_once('@').context("an address")?;
        Ok(format!("{front}@{}/{database}", self.address))
    }

    /// From now on counts anew, and cuts the connection of the statement `at` (from 1), unless that
    /// is 0.
    pub(super) fn arm(&self, at: u64, cut: Cut) {
        *self.shears.lock() = (at > 0).then_some((at, cut));
        self.shears.is_cut.store(false, Ordering::SeqCst);
        self.shears.statements.store(0, Ordering::SeqCst);
    }

    /// Cuts nothing any more; how many statements there were, and whether it has cut.
    pub(super) fn disarm(&self) -> (u64, bool) {
        *self.shears.lock() = None;
        (self.shears.statements.load(Ordering::SeqCst), self.shears.is_cut.load(Ordering::SeqCst))
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The address in a connection string.
pub(super) fn address_in(dsn: &str) -> Result<String> {
    let (_, behind) = dsn.rsplit_once('@').context("an address")?;
    Ok(behind.split('/').next().unwrap_or(behind).to_owned())
}

impl Shears {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(u64, Cut)>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a statement; says how its connection is to be cut.
    fn statement(&self) -> Option<Cut> {
        let number = self.statements.fetch_add(1, Ordering::SeqCst) + 1;
        let cut = self.lock().take_if(|(at, _)| *at == number)?;
        self.is_cut.store(true, Ordering::SeqCst);
        Some(cut.1)
    }
}

/// How many answers a connection awaits, and which one is to be lost.
#[derive(Default)]
struct Awaited {
    asked: AtomicU64,
    lost: AtomicU64,
}

async fn carry(client: TcpStream, target: &str, shears: Arc<Shears>) -> Result<()> {
    let server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((from_client, to_client), (from_server, to_server)) =
        (client.into_split(), server.into_split());
    // The greeting ends with an answer too.
    let awaited = Awaited { asked: AtomicU64::new(1), lost: AtomicU64::new(u64::MAX) };
    tokio::select! {
        ended = questions(from_client, to_server, &shears, &awaited) => ended,
        ended = answers(from_server, to_client, &awaited) => ended,
    }
}

async fn questions(
    from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    shears: &Shears,
    awaited: &Awaited,
) -> Result<()> {
    let mut messages = Messages { from, buffer: BytesMut::new() };
    // The first one has no tag; nobody asks for encryption before it.
    to.write_all(&messages.next(0).await?).await?;
    loop {
        let message = messages.next(1).await?;
        if matches!(message[0], b'E' | b'Q') {
            match shears.statement() {
                Some(Cut::Before) => return Ok(()),
                Some(Cut::Behind) => {
                    let lost = awaited.asked.load(Ordering::SeqCst) + 1;
                    awaited.lost.store(lost, Ordering::SeqCst);
                }
                None => {}
            }
        }
        if matches!(message[0], b'S' | b'Q') {
            awaited.asked.fetch_add(1, Ordering::SeqCst);
        }
        to.write_all(&message).await?;
    }
}

async fn answers(from: OwnedReadHalf, mut to: OwnedWriteHalf, awaited: &Awaited) -> Result<()> {
    let mut messages = Messages { from, buffer: BytesMut::new() };
    let mut answered = 0;
    loop {
        let message = messages.next(1).await?;
        let is_lost = answered + 1 == awaited.lost.load(Ordering::SeqCst);
        answered += u64::from(message[0] == b'Z');
        match (is_lost, message[0]) {
            // All of what was asked has been carried out.
            (true, b'Z') => return Ok(()),
            (true, _) => {}
            (false, _) => to.write_all(&message).await?,
        }
    }
}

/// Messages of one direction.
struct Messages {
    from: OwnedReadHalf,
    buffer: BytesMut,
}

impl Messages {
    /// The next one, with its length behind `tag` bytes.
    async fn next(&mut self, tag: usize) -> Result<BytesMut> {
        self.up_to(tag + 4).await?;
        let length = (&self.buffer[tag..]).get_u32() as usize;
        if !(4..=MAX_MESSAGE).contains(&length) {
            bail!("a message of {length} bytes");
        }
        self.up_to(tag + length).await?;
        Ok(self.buffer.split_to(tag + length))
    }

    async fn up_to(&mut self, count: usize) -> Result<()> {
        while self.buffer.len() < count {
            if self.from.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection is closed");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
    use tokio_postgres::{Client, NoTls};

    use super::*;

    async fn through(cable: &Cable, dsn: &str) -> Result<Client> {
        let (client, connection) = tokio_postgres::connect(&cable.through(dsn)?, NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    #[tokio::test]
    async fn a_cable_is_cut_before_a_statement_or_behind_it() -> Result<()> {
        let database = PrivatePostgres::start(Durability::Relaxed).await?;
        let dsn = database.dsn();
        let cable = Cable::before(address_in(&dsn)?).await?;
        database.run("CREATE SEQUENCE drawn").await?;
        let draw = include_str!("sql/draw.sql");
        for (cut, drawn) in [(Cut::Before, 2_i64), (Cut::Behind, 5)] {
            let client = through(&cable, &dsn).await?;
            client.query_one(draw, &[]).await?;
            cable.arm(1, cut);
            assert!(client.query_one(draw, &[]).await.is_err(), "{cut:?}: the answer is lost");
            assert_eq!(cable.disarm(), (1, true));
            let next: i64 = through(&cable, &dsn).await?.query_one(draw, &[]).await?.get(0);
            assert_eq!(next, drawn, "{cut:?}");
        }
        Ok(())
    }
}
