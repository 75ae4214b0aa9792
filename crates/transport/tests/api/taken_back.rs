//! What is taken from somebody while a request of theirs is under way.

use mission_control_identity::{Outcome, TokenId};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::{App, Caller, soon};

/// A request that has been let in, whose body the server is waiting for.
struct Admitted {
    stream: TcpStream,
    body: String,
}

impl Admitted {
    async fn post(caller: Caller<'_>, path: &str, body: &Value) -> Self {
        let (body, address) = (body.to_string(), caller.address());
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\
             Connection: close\r\n\r\n",
            caller.token(),
            body.len(),
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut asked = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
        soon("the body is asked for", stream.read_exact(&mut asked)).await.unwrap();
        assert!(asked.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&asked));
        Self { stream, body }
    }

    async fn send(&mut self) {
        self.stream.write_all(self.body.as_bytes()).await.unwrap();
    }

    /// The first line of the answer.
    async fn answer(mut self) -> String {
        let mut answer = String::new();
        soon("an answer", self.stream.read_to_string(&mut answer)).await.unwrap();
        answer.lines().next().unwrap().to_owned()
    }
}

/// Revokes the token of a persona, which is the `number`th.
async fn take_back(app: &App, number: u128) {
    let revoked = app.stores.directory.revoke_token(TokenId::new(number), None).await;
    assert_eq!(revoked.unwrap(), Outcome::Done);
    app.authenticator.forget();
}

#[tokio::test]
async fn a_body_that_comes_after_its_token_was_taken_back_does_nothing() {
    let app = App::start().await;
    let mut late = Admitted::post(app.operator(), "/api/missions", &json!({"title": "late"})).await;
    take_back(&app, 0x103).await;
    late.send().await;
    assert_eq!(late.answer().await, "HTTP/1.1 401 Unauthorized");
    let list = app.viewer().get("/api/missions").await.expect(200);
    assert_eq!(list["missions"], json!([]));
}

#[tokio::test]
async fn who_waits_for_work_is_sent_away_when_their_token_is_taken_back() {
    let app = App::start().await;
    let agent = app.agent("atlas").await;
    let mut waiting = Vec::new();
    for (verb, body) in
        [("claim", json!({"wait_seconds": 30})), ("heartbeat", json!({"wait_seconds": 30}))]
    {
        let path = format!("/api/agents/{}/{verb}", agent.id);
        let mut admitted = Admitted::post(agent.caller, &path, &body).await;
        admitted.send().await;
        waiting.push(admitted);
    }
    take_back(&app, 0x104).await;
    for admitted in waiting {
        assert_eq!(admitted.answer().await, "HTTP/1.1 401 Unauthorized");
    }
}
