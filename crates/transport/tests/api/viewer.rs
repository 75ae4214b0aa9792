//! A client of the live socket, which is not ours.

use futures::{SinkExt, StreamExt};
use http::{HeaderName, HeaderValue, Request};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::app::{Caller, soon};

/// An open socket.
pub(crate) struct Viewer {
    pub(crate) socket: WebSocketStream<TcpStream>,
}

/// What a handshake looks like.
fn handshake(caller: Caller<'_>, query: &str, headers: &[(&str, &str)]) -> Request<()> {
    let address = caller.address();
    let url = format!("ws://{address}/api/live?{query}");
    let mut request = url.into_client_request().unwrap();
    if !caller.token().is_empty() {
        let bearer = HeaderValue::try_from(format!("Bearer {}", caller.token())).unwrap();
        request.headers_mut().insert("authorization", bearer);
    }
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

impl Viewer {
    pub(crate) async fn open(caller: Caller<'_>, query: &str) -> Self {
        Self::knock(caller, query, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    /// Status and code of a refusal.
    pub(crate) async fn knock(
        caller: Caller<'_>,
        query: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, (u16, String)> {
        let stream = TcpStream::connect(caller.address()).await.unwrap();
        let opened = client_async(handshake(caller, query, headers), stream);
        match soon("the handshake", opened).await {
            Ok((socket, answer)) => {
                assert_eq!(answer.status(), 101);
                Ok(Self { socket })
            }
            Err(Error::Http(answer)) => {
                let body = answer.body().clone().unwrap_or_default();
                let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
                let code = problem["code"].as_str().unwrap_or_default().to_owned();
                Err((answer.status().as_u16(), code))
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn say(&mut self, message: &Value) {
        soon("sending", self.socket.send(Message::text(message.to_string()))).await.unwrap();
    }

    /// The next frame of any type.
    pub(crate) async fn frame(&mut self) -> Value {
        loop {
            match soon("the next frame", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next frame of any type but `beat`.
    pub(crate) async fn next(&mut self) -> Value {
        let other = async {
            loop {
                let frame = self.frame().await;
                if frame["type"] != "beat" {
                    return frame;
                }
            }
        };
        soon("a frame that is no beat", other).await
    }

    /// Greeting and snapshot, of which the latter is returned.
    pub(crate) async fn begin(&mut self) -> Value {
        assert_eq!(self.next().await["type"], "hello");
        let snapshot = self.next().await;
        assert_eq!(snapshot["type"], "snapshot", "{snapshot}");
        snapshot
    }

    /// Words and missions of the next `count` entries, and the cursor behind them.
    pub(crate) async fn entries(&mut self, count: usize) -> (Vec<(String, Value)>, String) {
        let mut entries = Vec::new();
        loop {
            let frame = self.next().await;
            assert_eq!(frame["type"], "events", "{frame}");
            for event in frame["data"].as_array().unwrap() {
                let word = event["type"].as_str().unwrap().to_owned();
                entries.push((word, event["mission"].clone()));
            }
            assert!(entries.len() <= count, "{entries:?}");
            if entries.len() == count {
                return (entries, frame["cursor"].as_str().unwrap().to_owned());
            }
        }
    }

    /// Words and missions of the next `count` entries, however long the first may take to come.
    pub(crate) async fn watch(mut self, count: usize) -> Vec<(String, Value)> {
        let mut entries = Vec::new();
        while entries.len() < count {
            // One frame at a time: while nothing happens there are beats.
            let frame = self.frame().await;
            for event in frame["data"].as_array().into_iter().flatten() {
                let word = event["type"].as_str().unwrap().to_owned();
                entries.push((word, event["mission"].clone()));
            }
        }
        entries
    }

    /// The next beat, before which nothing has happened.
    pub(crate) async fn beaten(&mut self) -> Value {
        let frame = self.frame().await;
        assert_eq!(frame["type"], "beat", "{frame}");
        frame
    }

    /// The next `count` lines of a log.
    pub(crate) async fn log_lines(&mut self, count: usize) -> Vec<Value> {
        let mut lines = Vec::new();
        while lines.len() < count {
            let frame = self.next().await;
            assert_eq!((&frame["type"], &frame["cursor"]), (&json!("events"), &Value::Null));
            let news = &frame["data"][0];
            assert_eq!(news["type"], "mission_log", "{frame}");
            lines.extend(news["lines"].as_array().unwrap().iter().cloned());
        }
        assert_eq!(lines.len(), count, "{lines:?}");
        lines
    }

    /// The code with which the server closes, whatever it says before.
    pub(crate) async fn close_code(&mut self) -> u16 {
        let closing = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                    Some(Ok(_)) => {}
                    other => panic!("{other:?}"),
                }
            }
        };
        soon("the end", closing).await
    }

    /// Says more than it may, without caring whether it is heard.
    pub(crate) async fn shout(&mut self, times: usize) {
        for _ in 0..times {
            if self.socket.feed(Message::text(json!({"type": "ping"}).to_string())).await.is_err() {
                return;
            }
        }
        let _ = self.socket.flush().await;
    }
}
