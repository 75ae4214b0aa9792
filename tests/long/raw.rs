//! What the machine can do at best, in a process of its own: bytes written to many sockets without
//! any protocol, and a bare answer over HTTP.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::IoSlice;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::creates::say;

/// Updates that are kept for those who write more slowly than they come.
const KEPT: usize = 100_000;
/// Parts of one write.
const PARTS: usize = 64;

/// A process of this program that says where it listens and is ended when it is dropped.
pub(crate) struct Peer {
    child: Child,
    /// Where it listens.
    pub(crate) address: String,
}

impl Peer {
    /// Starts the scenario `name` with an argument.
    pub(crate) async fn start(name: &str, argument: &str) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(name).arg(argument).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let address = lines.next_line().await?.context("where it listens")?;
        Ok(Self { child, address })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.child.id().context("a process that runs")
    }
}

/// What a connection says that makes updates.
pub(crate) const MAKES_UPDATES: u8 = b'u';

/// Updates in their order, for writers that take all that waits at once.
#[derive(Default)]
pub(crate) struct Updates {
    kept: Mutex<(u64, VecDeque<Bytes>)>,
    moved: watch::Sender<()>,
}

/// Whoever connects and says `w` gets every update of `size` bytes from then on; whoever says `u`
/// makes one with each line that follows.
pub(crate) async fn writer(size: &str) -> Result<()> {
    let size: usize = size.parse()?;
    let updates = Arc::new(Updates::default());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(&listener.local_addr()?.to_string());
    loop {
        let (mut stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let updates = Arc::clone(&updates);
        tokio::spawn(async move {
            match stream.read_u8().await? {
                MAKES_UPDATES => updates.read_from(stream, size).await,
                _ => updates.write_to(&stream).await,
            }
        });
    }
}

impl Updates {
    /// Makes an update of `size` bytes with each line.
    pub(crate) async fn read_from(&self, stream: TcpStream, size: usize) -> Result<()> {
        let mut lines = BufReader::new(stream).lines();
        while let Some(line) = lines.next_line().await? {
            let mut update = format!("\"title\":\"u{line}\"").into_bytes();
            update.resize(size, b' ');
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.1.push_back(update.into());
            if kept.1.len() > KEPT {
                kept.0 += 1;
                kept.1.pop_front();
            }
            drop(kept);
            self.moved.send_replace(());
        }
        Ok(())
    }

    async fn write_to(&self, stream: &TcpStream) -> Result<()> {
        let (mut next, mut moved) = self.tail();
        loop {
            let (until, mut waiting) = self.behind(next);
            next = until;
            while !waiting.is_empty() {
                stream.writable().await?;
                let parts: Vec<IoSlice<'_>> =
                    waiting.iter().take(PARTS).map(|part| IoSlice::new(part)).collect();
                match stream.try_write_vectored(&parts) {
                    Ok(wrote) => forget(&mut waiting, wrote),
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error.into()),
                }
            }
            moved.changed().await?;
        }
    }

    /// Where the next update will stand, and what tells of it.
    pub(crate) fn tail(&self) -> (u64, watch::Receiver<()>) {
        let moved = self.moved.subscribe();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.0 + kept.1.len() as u64, moved)
    }

    /// Where the next will stand, and the updates from `next` on.
    pub(crate) fn behind(&self, next: u64) -> (u64, VecDeque<Bytes>) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let skipped = usize::try_from(next.saturating_sub(kept.0)).unwrap_or(usize::MAX);
        (kept.0 + kept.1.len() as u64, kept.1.iter().skip(skipped).cloned().collect())
    }
}

fn forget(waiting: &mut VecDeque<Bytes>, mut count: usize) {
    while let Some(first) = waiting.front_mut() {
        if count < first.len() {
            let _ = first.split_to(count);
            return;
        }
        count -= first.len();
        waiting.pop_front();
    }
}

/// Answers every request with the same JSON of a size.
pub(crate) async fn json(size: &str) -> Result<()> {
    let text = Bytes::from(format!("\"{}\"", "x".repeat(size.parse::<usize>()?.max(2) - 2)));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(&listener.local_addr()?.to_string());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let text = text.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |_| {
                let answer = http::Response::builder()
                    .header("content-type", "application/json")
                    .body(Full::new(text.clone()));
                async move { Ok::<_, Infallible>(answer.expect("a plain answer")) }
            });
            let builder = Builder::new(TokioExecutor::new());
            // A client that hangs up is how each of these ends.
            let _ = builder.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}
