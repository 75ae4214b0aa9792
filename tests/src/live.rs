//! A client of the live socket.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::http::Client;

/// The server says that it lives every two seconds; one that is silent for so long is broken.
const HEARD_WITHIN: Duration = Duration::from_secs(60);

/// An open socket.
#[derive(Debug)]
pub struct LiveSocket<S = TcpStream> {
    socket: WebSocketStream<S>,
}

/// What a socket says.
#[derive(Clone, PartialEq, Debug)]
pub enum Said {
    /// A frame.
    Frame(Value),
    /// That it ends, and why.
    Closed(u16),
}

impl LiveSocket {
    /// Opens `/api/live?query` as `client` would.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn open(client: &Client, query: &str) -> Result<Self> {
        let stream = TcpStream::connect(address_of(client)).await;
        Self::over(stream.context("connecting to the server")?, client, query).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> LiveSocket<S> {
    /// The same over a connection that leads to the server.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn over(stream: S, client: &Client, query: &str) -> Result<Self> {
        let address = address_of(client);
        let mut request = format!("ws://{address}/api/live?{query}").into_client_request()?;
        for name in [AUTHORIZATION, COOKIE, ORIGIN] {
            if let Some(value) = client.header(&name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        let opened = timeout(HEARD_WITHIN, client_async(request, stream));
        let (socket, _) = opened.await.context("the handshake hangs")??;
        Ok(Self { socket })
    }

    /// Says something.
    ///
    /// # Errors
    /// When the socket is gone.
    pub async fn say(&mut self, message: &Value) -> Result<()> {
        Ok(self.socket.send(Message::text(message.to_string())).await?)
    }

    /// The next frame, or the end.
    ///
    /// # Errors
    /// When the socket breaks off without a goodbye, or stays silent for a minute.
    pub async fn next(&mut self) -> Result<Said> {
        loop {
            let message = timeout(HEARD_WITHIN, self.socket.next());
            match message
                .await
                .context("the socket fell silent")?
                .context("the socket broke off")??
            {
                Message::Text(text) => return Ok(Said::Frame(serde_json::from_str(&text)?)),
                Message::Close(Some(close)) => return Ok(Said::Closed(close.code.into())),
                Message::Ping(_) | Message::Pong(_) => {}
                other => bail!("a server does not say {other:?}"),
            }
        }
    }

    /// The code with which the server closes, whatever it says before.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub async fn closed(&mut self) -> Result<u16> {
        loop {
            if let Said::Closed(code) = self.next().await? {
                return Ok(code);
            }
        }
    }

    /// The missions of the next `count` entries of the journal, with their places, and the cursor
    /// behind them.
    ///
    /// # Errors
    /// As [`Self::next`], and when the socket ends before.
    pub async fn entries(&mut self, count: usize) -> Result<(Vec<(i64, Value)>, String)> {
        let mut entries = Vec::new();
        loop {
            let Said::Frame(frame) = self.next().await? else { bail!("the socket has ended") };
            for entry in frame["data"].as_array().into_iter().flatten() {
                entries.push((entry["seq"].as_i64().context("a place")?, entry["mission"].clone()));
            }
            if entries.len() >= count && frame["type"] != "hello" {
                return Ok((entries, frame["cursor"].as_str().context("a cursor")?.to_owned()));
            }
        }
    }
}

/// Host and port of the server.
pub(crate) fn address_of(client: &Client) -> &str {
    client.base().trim_start_matches("http://")
}
