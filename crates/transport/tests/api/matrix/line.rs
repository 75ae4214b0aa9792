//! A line to the server that is kept as long as it can be: the matrix asks thousands of questions.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::app::soon;

/// No route knows this field: whoever is let in is refused for it, and nothing happens.
const BODY: &str = r#"{"no_such_field": true}"#;

/// One connection after the other.
pub(super) struct Line {
    address: SocketAddr,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Line {
    pub(super) const fn to(address: SocketAddr) -> Self {
        Self { address, open: None }
    }

    /// The status of an answer, however long it would go on.
    pub(super) async fn ask(
        &mut self,
        method: &Method,
        path: &str,
        headers: impl Iterator<Item = (&str, &str)>,
    ) -> u16 {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(HOST, self.address.to_string());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let acts = [Method::POST, Method::PUT, Method::PATCH].contains(method);
        if acts {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = if acts { BODY } else { "" };
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        let mut sender = self.sender().await;
        let answer = soon("the answer", sender.send_request(request)).await.unwrap();
        let (head, body) = answer.into_parts();
        let streams = head.headers.get(CONTENT_TYPE).is_some_and(|kind| {
            kind.as_bytes().starts_with(b"text/event-stream") && *method == Method::GET
        });
        let closes = head.headers.get(CONNECTION) == Some(&HeaderValue::from_static("close"));
        if !streams && head.status != StatusCode::SWITCHING_PROTOCOLS {
            soon("the body", body.collect()).await.unwrap();
            self.open = Some(sender).filter(|_| !closes);
        }
        head.status.as_u16()
    }

    async fn sender(&mut self) -> SendRequest<Full<Bytes>> {
        if let Some(mut sender) = self.open.take()
            && soon("the connection", sender.ready()).await.is_ok()
        {
            return sender;
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection.with_upgrades());
        sender
    }
}
