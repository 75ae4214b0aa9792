//! A service with a route for everything that can happen to a request, and those who call it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::HeaderValue;
use hyper_util::rt::TokioIo;
use mission_control_identity::{
    Access, Directory, NewToken, Outcome, PrincipalId, Role, TokenId, TokenScope,
};
use mission_control_kernel::{ManualClock, MissionId, SeededIds, Text, Timestamp};
use mission_control_persistence::Options;
use mission_control_persistence::sqlite::{Durability, Sqlite};
use mission_control_transport::auth::{Authenticator, Minted, digest, mint};
use mission_control_transport::http::{
    BodyKind, Deadlines, Dispatcher, Doors, Problem, Reply, Request, Route, RouteTable,
};
use mission_control_transport::server::{Limits, serve};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::client::{Client, Got, LONG};

/// What a request with a body says about it.
pub(crate) const JSON: &str = "Content-Type: application/json\r\n";

const DATABASE: &str = "test.db";
/// The token of the settings with which the others were made.
const FIXED: &str = "a token of the settings";
const SHORT: Duration = Duration::from_millis(300);

/// The tokens of everybody who calls, by their names.
static TOKENS: LazyLock<HashMap<&str, Minted>> =
    LazyLock::new(|| ROLES.iter().map(|(name, ..)| (*name, mint())).collect());

/// What they may do, and where.
const ROLES: [(&str, Role, Option<&str>); 4] = [
    ("viewer", Role::Viewer, Some("default")),
    ("operator", Role::Operator, Some("default")),
    ("labrat", Role::Operator, Some("lab")),
    ("admin", Role::Admin, None),
];

/// Makes the tokens of all personas count in these records.
async fn let_in(records: &dyn Directory) {
    let owner = PrincipalId::of_settings(&digest(FIXED));
    for (number, (name, role, project)) in ROLES.into_iter().enumerate() {
        let Minted { digest, hint, .. } = TOKENS[name].clone();
        let project = project.map(|name| name.parse().unwrap());
        let token = NewToken {
            id: TokenId::new(number as u128),
            digest,
            hint,
            name: Text::parse(name).unwrap(),
            owner: owner.clone(),
            scope: TokenScope { role, project, agent: None },
            expires_at: None,
        };
        assert_eq!(records.add_token(token).await.unwrap(), Outcome::Done);
    }
}

/// What handlers tell the test.
#[derive(Default)]
pub(crate) struct Signals {
    pub(crate) entered: Notify,
    pub(crate) hung_up: Notify,
    pub(crate) release: Notify,
    pub(crate) finished: Notify,
}

pub(crate) struct App {
    pub(crate) address: SocketAddr,
    pub(crate) port: u16,
    pub(crate) signals: Arc<Signals>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) drain: CancellationToken,
    folder: TempDir,
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_with(Deadlines::default()).await
    }

    /// One that waits for nobody.
    pub(crate) async fn start_impatient() -> Self {
        Self::start_with(Deadlines { body: SHORT, handler: SHORT }).await
    }

    async fn start_with(deadlines: Deadlines) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let signals = Arc::new(Signals::default());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(DATABASE);
        let records = Sqlite::open(&path, Durability::Off, Options::default()).unwrap();
        let_in(&*records).await;
        let clock = Arc::new(ManualClock::at(Timestamp::MIN));
        let authenticator = Authenticator::new(records, clock.clone());
        let authenticator = authenticator.with_administrator(Some(digest(FIXED)));
        let dispatcher = Dispatcher::new(
            RouteTable::new(routes(&signals)).unwrap(),
            Doors::loopback(address.port()),
            Arc::new(authenticator),
            clock,
            Arc::new(SeededIds::default()),
        )
        .with_deadlines(deadlines);
        let (dispatcher, drain) = (Arc::new(dispatcher), CancellationToken::new());
        tokio::spawn(serve(listener, Arc::clone(&dispatcher), Limits::default(), drain.clone()));
        Self { address, port: address.port(), signals, dispatcher, drain, folder }
    }

    /// Takes the records of tokens away.
    pub(crate) fn forget_everybody(&self) {
        let database = rusqlite::Connection::open(self.folder.path().join(DATABASE)).unwrap();
        database.execute_batch(include_str!("sql/drop_tokens.sql")).unwrap();
    }

    /// Sends a request with `headers` (each line ended) and `body` on a connection of its own.
    pub(crate) async fn send(&self, line: &str, headers: &str, body: &str) -> Got {
        let mut client = Client::connect(self.address).await;
        client.send(self.text(line, headers, body)).await;
        if line.starts_with("HEAD ") { client.receive_head().await } else { client.receive().await }
    }

    pub(crate) async fn get(&self, target: &str, token: &str) -> Got {
        self.send(&format!("GET {target}"), &bearer(token), "").await
    }

    pub(crate) async fn post(&self, target: &str, headers: &str, body: &str) -> Got {
        let headers = format!("{}{headers}", bearer("admin"));
        self.send(&format!("POST {target}"), &headers, body).await
    }

    pub(crate) fn text(&self, line: &str, headers: &str, body: &str) -> String {
        let length = match body.len() {
            0 => String::new(),
            length => format!("Content-Length: {length}\r\n"),
        };
        let host = format!("Host: localhost:{}\r\n", self.port);
        let host = if headers.contains("Host:") { "" } else { &host };
        format!("{line} HTTP/1.1\r\n{host}{length}{headers}\r\n{body}")
    }
}

/// The token of a persona; any other word is one that nobody has.
pub(crate) fn token(name: &str) -> &str {
    TOKENS.get(name).map_or(name, |minted| minted.token.expose())
}

pub(crate) fn bearer(name: &str) -> String {
    match name {
        "" => String::new(),
        name => {
            format!("Authorization: Bearer {}\r\n", token(name))
        }
    }
}

fn routes(signals: &Arc<Signals>) -> Vec<Route> {
    let viewer = Access::Project(Role::Viewer);
    let operator = Access::Project(Role::Operator);
    let (held, parting) = (Arc::clone(signals), Arc::clone(signals));
    vec![
        Route::get("/livez", "live", Access::Open, |_| async { Ok(Reply::empty()) }),
        Route::get("/sealed", "sealed", Access::default(), |_| async { Ok(Reply::empty()) }),
        Route::get("/whoami", "whoami", viewer, whoami).query(&["limit"]),
        Route::get("/process", "process", Access::Everywhere(Role::Admin), whoami)
            .query(&["limit"]),
        Route::get("/missions/{id}", "mission", viewer, mission),
        Route::post("/echo", "echo", operator, echo),
        Route::post("/large", "large", operator, echo).body(BodyKind::Mission),
        Route::post("/printed", "printed", operator, |request| async move {
            Reply::json(&format!("{request:?}"))
        }),
        Route::post("/bare", "bare", operator, echo).body(BodyKind::None),
        Route::post("/login", "login", Access::Open, |_| async { Ok(Reply::empty()) }),
        Route::get("/panic", "panic", Access::Open, |_| async { panic!("at the disco") }),
        Route::get("/stuck", "stuck", Access::Open, |_| std::future::pending()),
        Route::get("/stream", "stream", Access::Open, |_| async { Ok(counting()) }),
        Route::get("/parrot", "parrot", Access::Open, parrot),
        Route::get("/held", "held", Access::Open, move |_| {
            let signals = Arc::clone(&held);
            async move {
                signals.entered.notify_one();
                signals.release.notified().await;
                signals.finished.notify_one();
                Ok(Reply::empty())
            }
        })
        .deadline(LONG),
        Route::get("/parting", "parting", Access::Open, move |request: Request| {
            let signals = Arc::clone(&parting);
            async move {
                signals.entered.notify_one();
                request.hung_up().cancelled().await;
                signals.hung_up.notify_one();
                Ok(Reply::empty())
            }
        })
        .deadline(LONG),
    ]
}

async fn whoami(request: Request) -> Result<Reply, Problem> {
    let limit = request.query().limit()?;
    let project = request.project()?.to_string();
    let principal = request.principal()?.id.to_string();
    let id = request.id().to_string();
    Reply::json(&serde_json::json!({
        "principal": principal, "project": project, "limit": limit, "id": id,
    }))
}

async fn mission(request: Request) -> Result<Reply, Problem> {
    let id: MissionId = request.param("id")?;
    Reply::json(&id.to_string())
}

async fn echo(request: Request) -> Result<Reply, Problem> {
    Ok(Reply::json_text(request.body().clone()))
}

/// Gives back the first five bytes that the connection says after the switch.
async fn parrot(mut request: Request) -> Result<Reply, Problem> {
    let upgrade = request.take_upgrade().ok_or_else(Problem::not_found)?;
    tokio::spawn(async move {
        let stream = TokioIo::new(upgrade.await.unwrap());
        let (read, mut write) = tokio::io::split(stream);
        tokio::io::copy(&mut read.take(5), &mut write).await.unwrap();
        write.shutdown().await.unwrap();
    });
    let protocol = HeaderValue::from_static("parrot");
    let upgraded = Reply::switching_protocols().header(http::header::UPGRADE, protocol);
    Ok(upgraded.header(http::header::CONNECTION, HeaderValue::from_static("upgrade")))
}

fn counting() -> Reply {
    let parts = futures::stream::iter(["one ", "two ", "three"]);
    let parts = parts.map(|part| Ok(Bytes::from(part)));
    Reply::stream(HeaderValue::from_static("text/plain"), parts)
}
