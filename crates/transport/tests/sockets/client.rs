//! A client that sees the bytes, and a long bound for everything that is awaited.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Far beyond what anything here takes: reached only by what would never end.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// Awaits what must happen.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LONG, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not happen within {LONG:?}"),
    }
}

/// One connection.
pub(crate) struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

/// One response.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = soon("connecting", TcpStream::connect(address)).await.unwrap();
        Self { stream, read: Vec::new() }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // It fails when the other side has answered and closed already; the answer tells.
        let _ = soon("sending", self.stream.write_all(bytes.as_ref())).await;
    }

    /// Reads one response whose length is told, or which has no body.
    pub(crate) async fn receive(&mut self) -> Got {
        let mut got = self.receive_head().await;
        let length = got.header("content-length").map_or(0, |value| value.parse().unwrap());
        while self.read.len() < length {
            assert!(self.more().await, "the connection ended within a body: {:?}", self.text());
        }
        got.body = String::from_utf8(self.read.drain(..length).collect()).unwrap();
        got
    }

    /// Reads the head of a response alone, as HEAD is answered.
    pub(crate) async fn receive_head(&mut self) -> Got {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(self.more().await, "the connection ended within a head: {:?}", self.text());
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Got { status, head, body: String::new() }
    }

    /// Whether anything comes back for `bytes` before the other side ends the connection.
    pub(crate) async fn gets_anything_for(mut self, bytes: &str) -> bool {
        self.send(bytes).await;
        self.more().await
    }

    /// Waits until the other side has ended the connection, and returns what came before.
    pub(crate) async fn rest(mut self) -> String {
        while self.more().await {}
        self.text()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }

    async fn more(&mut self) -> bool {
        // A connection that is cut with bytes unread is reset, which is an end as well.
        let read = soon("the next byte or the end", self.stream.read_buf(&mut self.read)).await;
        read.is_ok_and(|count| count > 0)
    }
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header_of(&self.head, name)
    }

    /// A member of the body, which must be a JSON object.
    pub(crate) fn member(&self, name: &str) -> serde_json::Value {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        body.get(name).cloned().unwrap_or_default()
    }
}

fn header_of<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
