//! What is taken from somebody, or runs out, while something of theirs is under way.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use mission_control_identity::{Outcome, Role, SESSION_IDLE, SESSION_LONGEST, TokenId, Used};
use mission_control_kernel::{Clock as _, ManualClock, SystemClock};
use mission_control_transport::auth::digest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::{App, Caller, soon};
use crate::crowd::{Somebody, within};
use crate::viewer::Viewer;

/// How long before its end a session is used last.
const SHORTLY: Duration = Duration::from_secs(2);
/// Missions of a large file, and what each brings: more than a reader who waits and the kernel between
/// hold.
const MISSIONS: usize = 100;
const MISSION_BYTES: usize = 200 * 1024;
/// Missions of one batch, which takes 8 MiB.
const BATCH: usize = 25;

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
    app.operator().post("/api/missions", &json!({"title": "at hand"})).await.expect(201);
    // Who holds nothing has nothing to wait for.
    let (mission, lease) = agent.claim_one().await;
    let running = json!([{"mission_id": mission, "lease_id": lease}]);
    let mut waiting = Vec::new();
    for (verb, body) in [
        ("claim", json!({"wait_seconds": 30})),
        ("heartbeat", json!({"wait_seconds": 30, "running": running})),
    ] {
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

/// Reads a file to its end; whether it ended as it should.
async fn is_whole(mut body: hyper::body::Incoming) -> bool {
    while let Some(frame) = soon("more of the file", body.frame()).await {
        if frame.is_err() {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn a_file_is_cut_when_its_reader_may_not_go_on() {
    let app = App::start().await;
    let note = "x".repeat(MISSION_BYTES);
    let mission = json!({"title": "large", "kind": "external", "metadata": {"note": note}});
    let batch = json!({"missions": vec![mission; BATCH]});
    for _ in 0..MISSIONS / BATCH {
        app.operator().post("/api/missions/batch", &batch).await.expect(201);
    }
    let mut files = Vec::new();
    for reader in [app.viewer(), app.auditor()] {
        let path = "/api/missions/export?format=ndjson";
        let mut body = reader.open("GET", path, &[], None).await.into_body();
        soon("the begin", body.frame()).await.unwrap().unwrap();
        files.push(body);
    }
    take_back(&app, 0x102).await;
    let others = files.pop().unwrap();
    assert!(!is_whole(files.pop().unwrap()).await, "the token was taken back");
    assert!(is_whole(others).await, "somebody else reads on");
}

#[tokio::test]
async fn what_is_open_is_closed_when_its_session_runs_out() {
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let app = App::start_at(clock.clone(), |it| it).await;
    let ada = Somebody::new(&app, "ada", within("default", Role::Viewer)).await;
    let headers: Vec<_> = ada.headers().collect();
    let (_, cookie) = headers[0];
    let session = digest(cookie.split_once('=').unwrap().1);
    let end = clock.now().plus(SESSION_LONGEST);
    // Used all the week, as by a screen on a wall.
    while clock.now() < end.minus(SHORTLY) {
        let used = [(Used::Session(session), clock.now())];
        app.stores.directory.note_used(&used).await.unwrap();
        clock.advance(end.minus(SHORTLY).since(clock.now()).min(SESSION_IDLE / 2));
    }
    let opened = Viewer::knock(app.nobody(), "topics=agents", &headers).await;
    let mut viewer = opened.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    viewer.begin().await;
    let stream = app.nobody().open("GET", "/api/live/stream", &headers, None).await;
    assert_eq!(stream.status(), 200);
    clock.advance(SHORTLY);
    assert_eq!(viewer.close_code().await, 4401);
    soon("the end of the stream", stream.into_body().collect()).await.unwrap();
    assert_eq!(ada.get("/api/missions").await.status, 401);
}
