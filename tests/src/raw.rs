//! Requests written out by hand, for what no well-behaved client would send.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A server that takes longer has hung.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Clone, Debug)]
pub struct RawReply {
    /// The number of the status line.
    pub status: u16,
    /// All of it.
    pub text: String,
}

/// Sends `lines`, each of which is ended, and the empty line behind them, on a connection of its own
/// to `address`; the answer is over when the server closes.
///
/// # Errors
/// When no complete answer comes.
pub async fn send(address: &str, lines: &[&str]) -> Result<RawReply> {
    let talk = async {
        let mut stream = TcpStream::connect(address).await.context("connecting")?;
        let text = format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n"));
        stream.write_all(text.as_bytes()).await.context("sending")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.context("reading")?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no answer to {lines:?}: {text:?}"))?;
        Ok(RawReply { status, text })
    };
    timeout(ANSWER_WITHIN, talk).await.with_context(|| format!("{lines:?} was not answered"))?
}

impl RawReply {
    /// A header, by its name in lower case; the first where there are several.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\r\n\r\n").next()?;
        let mut pairs = head.split("\r\n").filter_map(|line| line.split_once(": "));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}
