//! The door of a server: requests as they are sent, on connections that are kept, and what was answered.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::load::answer;

/// A server that is silent for so long has hung.
const PATIENCE: Duration = Duration::from_secs(60);
/// What stands in a count for an answer that was no problem, and for none.
const FINE: &str = "";
const HUNG_UP: &str = "hung up";

/// A server, and who comes to it from which address.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) address: String,
}

/// An answer, and the milliseconds that it took.
pub(super) struct Asked {
    pub(super) status: u16,
    pub(super) took: f64,
}

/// A connection that is kept.
pub(super) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// How often each status and problem code was answered.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<(u16, String), usize>);

impl Door {
    pub(super) async fn open(&self) -> Result<Line> {
        let stream = TcpStream::connect(&self.address).await.context("connecting to the server")?;
        stream.set_nodelay(true)?;
        Ok(Line { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// All of a request but its body, which has so many bytes.
    pub(super) fn head(&self, line: &str, headers: &str, length: usize) -> String {
        let address = &self.address;
        let kind = if length == 0 { "" } else { "Content-Type: application/json\r\n" };
        format!(
            "{line} HTTP/1.1\r\nHost: {address}\r\n{kind}{headers}\r\nContent-Length: {length}\r\n\r\n"
        )
    }

    /// The head of a knock from behind the proxy.
    pub(super) fn knocking(&self, forwarded: &str, length: usize) -> String {
        let headers = format!("Origin: http://{}\r\nX-Forwarded-For: {forwarded}", self.address);
        self.head("POST /api/login", &headers, length)
    }

    /// A request on a connection of its own, and the whole answer.
    pub(super) async fn ask(
        &self,
        line: &str,
        headers: &str,
        body: &str,
    ) -> Result<(Asked, String)> {
        let mut open = self.open().await?;
        let asked = open.ask(&self.head(line, headers, body.len()), body).await?;
        Ok((asked, open.text()))
    }
}

impl Line {
    /// Sends a request and waits for its answer.
    pub(super) async fn ask(&mut self, head: &str, body: &str) -> Result<Asked> {
        let sent = Instant::now();
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.write_all(body.as_bytes()).await?;
        let status = timeout(PATIENCE, answer(&mut self.stream, &mut self.buffer)).await??;
        Ok(Asked { status, took: sent.elapsed().as_secs_f64() * 1e3 })
    }

    /// The last answer.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    /// The code of the last answer, where it was a problem.
    pub(super) fn code(&self) -> String {
        let text = self.text();
        let body = text.split("\r\n\r\n").nth(1).unwrap_or_default();
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        body["code"].as_str().unwrap_or(FINE).to_owned()
    }

    /// Whether the server closes the connection behind the last answer.
    pub(super) fn is_over(&self) -> bool {
        self.text().to_ascii_lowercase().contains("\r\nconnection: close\r\n")
    }
}

impl Tally {
    pub(super) fn count(&mut self, status: u16, code: String) {
        *self.0.entry((status, code)).or_default() += 1;
    }

    /// One who was hung up on while they still sent; they never saw the status.
    pub(super) fn hung_up(&mut self, status: u16) {
        self.count(status, HUNG_UP.to_owned());
    }

    pub(super) fn add(&mut self, other: Self) {
        for (answer, times) in other.0 {
            *self.0.entry(answer).or_default() += times;
        }
    }

    pub(super) fn all(&self) -> usize {
        self.0.values().sum()
    }

    /// How many had another status or code than these; the code of one that went well is empty.
    pub(super) fn unexpected(&self, expected: &[(u16, &str)]) -> Self {
        let known = |status: u16, code: &str| code == HUNG_UP || expected.contains(&(status, code));
        let others = self.0.iter().filter(|((status, code), _)| !known(*status, code));
        Self(others.map(|(answer, times)| (answer.clone(), *times)).collect())
    }

    pub(super) fn told(&self) -> Value {
        let lines = self.0.iter().map(|((status, code), times)| {
            (format!("{status} {code}").trim_end().to_owned(), json!(times))
        });
        Value::Object(lines.collect())
    }
}
