//! What a WebSocket library does at best: small buffers, and one flush for all that waits.

use std::sync::Arc;

use anyhow::{Context, Result};
use futures::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::creates::say;
use crate::raw::{MAKES_UPDATES, Updates};

/// A viewer sends next to nothing, so that a large buffer is memory and no more.
const READ_BUFFER: usize = 2 * 1024;
/// What a viewer is shown first.
const FIRST: Utf8Bytes = Utf8Bytes::from_static(r#"{"type":"snapshot"}"#);

/// Whoever comes with a WebSocket gets a first message and every update of `size` bytes from then
/// on; whoever says `u` makes one with each line that follows.
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
            let mut first = [0];
            stream.peek(&mut first).await?;
            if first == [MAKES_UPDATES] {
                tokio::io::AsyncReadExt::read_exact(&mut stream, &mut first).await?;
                return updates.read_from(stream, size).await;
            }
            show(stream, &updates).await
        });
    }
}

async fn show(stream: TcpStream, updates: &Updates) -> Result<()> {
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
    let socket = accept_async_with_config(stream, Some(config)).await?;
    let (mut write, mut read) = socket.split();
    let (mut next, mut moved) = updates.tail();
    write.send(Message::Text(FIRST)).await?;
    loop {
        tokio::select! {
            came = read.next() => {
                came.context("it went away")??;
                continue;
            }
            moved = moved.changed() => moved?,
        }
        let (until, waiting) = updates.behind(next);
        next = until;
        for update in waiting {
            write.feed(Message::Text(Utf8Bytes::try_from(update)?)).await?;
        }
        write.flush().await?;
    }
}
