//! A server on a free port over a store of its own, and those who call it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use mission_control::{MissionControl, Stores};
use mission_control_identity::{
    Directory, NewToken, Outcome, PrincipalId, Role, TokenId, TokenScope,
};
use mission_control_kernel::{Clock, ManualClock, ProjectId, SystemClock, SystemIds, Text};
use mission_control_persistence::Options;
use mission_control_persistence::sqlite::{Durability, Sqlite};
use mission_control_transport::Signer;
use mission_control_transport::auth::{Authenticator, Entrance, Passwords, digest, mint};
use mission_control_transport::http::{Dispatcher, Doors, Projects, RouteTable, Services, routes};
use mission_control_transport::metrics::{MeasuredAnswer, MeasuredStore, Metrics};
use mission_control_transport::page::{self, Page};
use mission_control_transport::server::{Limits, serve};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const DATABASE: &str = "test.db";
const KEY: &[u8] = b"a key of at least thirty-two bytes";
/// The administrator's token of the settings, with which the tokens of the personas were made.
pub(crate) const ADMIN_TOKEN: &str = "the-token-of-the-settings-for-tests-alone";
/// Far beyond what anything here takes: reached only by what would never end.
const LONG: Duration = Duration::from_secs(60);

/// Awaits what must happen.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LONG, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not happen within {LONG:?}"),
    }
}

/// What the record says of what the operator did: not the name, which whoever made the token chose.
pub(crate) const OPERATORS_SIGNATURE: &str = "token:00000000000000000000000000000103";

/// Everybody who calls, with the token that the administrator of the settings has made for them.
async fn personas(directory: &dyn Directory) -> HashMap<&'static str, String> {
    let within = |name: &str| Some(name.parse().unwrap());
    let roles: [(&str, Role, Option<ProjectId>); 5] = [
        ("auditor", Role::Viewer, None),
        ("viewer", Role::Viewer, within("default")),
        ("operator", Role::Operator, within("default")),
        ("agent", Role::Agent, within("default")),
        ("stranger", Role::Admin, within("lab")),
    ];
    let mut tokens = HashMap::from([("", String::new())]);
    for ((name, role, project), id) in roles.into_iter().zip(0x101..) {
        let minted = mint();
        let token = NewToken {
            id: TokenId::new(id),
            digest: minted.digest,
            hint: minted.hint,
            name: Text::parse(name).unwrap(),
            owner: PrincipalId::of_settings(&digest(ADMIN_TOKEN)),
            scope: TokenScope { role, project, agent: None },
            expires_at: None,
        };
        assert_eq!(directory.add_token(token).await.unwrap(), Outcome::Done);
        tokens.insert(name, minted.token.expose().to_owned());
    }
    tokens
}

pub(crate) struct App {
    address: SocketAddr,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) draining: CancellationToken,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) entrance: Arc<Entrance>,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) stores: Stores,
    tokens: HashMap<&'static str, String>,
    folder: TempDir,
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_at(Arc::new(SystemClock), |authenticator| authenticator).await
    }

    /// One where no time passes.
    pub(crate) async fn at_one_instant() -> Self {
        Self::start_at(Arc::new(ManualClock::at(SystemClock.now())), |it| it).await
    }

    /// One whose store, entrance and authenticator go by this clock, the latter as `more` makes it.
    pub(crate) async fn start_at(
        clock: Arc<dyn Clock>,
        more: impl FnOnce(Authenticator) -> Authenticator,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (stores, metrics) = open(&folder, Arc::clone(&clock));
        let control = MissionControl::builder(stores.clone())
            .telemetry(Arc::new(metrics.clone()))
            .start()
            .await
            .unwrap();
        let (listener, address) = listen().await;
        let (draining, directory) = (CancellationToken::new(), Arc::clone(&stores.directory));
        for name in ["default", "lab"] {
            directory.add_project(&name.parse().unwrap()).await.unwrap();
        }
        let tokens = personas(&*directory).await;
        let authenticator = Arc::new(more(authenticator(&directory, Arc::clone(&clock))));
        let passwords = Arc::<Passwords>::default();
        let entrance = Arc::new(Entrance::new(
            Arc::clone(&directory),
            Arc::clone(&authenticator),
            Arc::clone(&passwords),
            clock,
        ));
        let projects = Arc::new(Projects::of(Arc::clone(&directory)));
        let services = Services {
            control: control.clone(),
            signer: Signer::new(KEY),
            draining: draining.clone(),
            build: "test",
            metrics: metrics.clone(),
            folder: folder.path().to_owned(),
            directory: Arc::clone(&directory),
            authenticator: Arc::clone(&authenticator),
            passwords: Arc::clone(&passwords),
            projects: Arc::clone(&projects),
        };
        let page = Page {
            directory,
            authenticator: Arc::clone(&authenticator),
            entrance: Arc::clone(&entrance),
            clock: Arc::new(SystemClock),
            folder: None,
        };
        let rows = routes(&services).into_iter().chain(page::routes(page)).collect();
        let dispatcher = Dispatcher::new(
            RouteTable::described(rows).unwrap(),
            Doors::loopback(address.port()),
            Arc::clone(&authenticator),
            Arc::new(SystemClock),
            Arc::new(SystemIds::default()),
        );
        let dispatcher = Arc::new(dispatcher.with_projects(projects));
        follow(&authenticator, &metrics, control);
        let answer = Arc::new(MeasuredAnswer::new(Arc::clone(&dispatcher), metrics));
        tokio::spawn(serve(listener, answer, Limits::default(), CancellationToken::new()));
        Self {
            address,
            dispatcher,
            draining,
            authenticator,
            entrance,
            passwords,
            stores,
            tokens,
            folder,
        }
    }

    /// Creates and acts.
    pub(crate) fn operator(&self) -> Caller<'_> {
        self.caller("operator")
    }

    /// Reads.
    pub(crate) fn viewer(&self) -> Caller<'_> {
        self.caller("viewer")
    }

    /// Reads in every project.
    pub(crate) fn auditor(&self) -> Caller<'_> {
        self.caller("auditor")
    }

    /// Everything in another project, nothing in this one.
    pub(crate) fn stranger(&self) -> Caller<'_> {
        self.caller("stranger")
    }

    /// Someone without a token.
    pub(crate) fn nobody(&self) -> Caller<'_> {
        self.caller("")
    }

    /// Where the store is.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join(DATABASE)
    }

    /// The token of one of them; empty for nobody.
    pub(crate) fn token(&self, name: &str) -> &str {
        &self.tokens[name]
    }

    fn caller(&self, name: &str) -> Caller<'_> {
        Caller { app: self, token: self.token(name) }
    }

    /// A registered agent that takes up to four missions.
    pub(crate) async fn agent(&self, name: &str) -> Agent<'_> {
        let caller = self.caller("agent");
        let body = json!({"name": name, "type": "worker", "max_concurrent": 4});
        let got = caller.post("/api/agents", &body).await;
        assert!(got.status == 201 || got.status == 200, "{got:?}");
        let id = got.json()["agent"]["id"].as_str().unwrap().to_owned();
        Agent { caller, id }
    }
}

/// Who asks.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    app: &'a App,
    token: &'a str,
}

impl Caller<'_> {
    pub(crate) const fn address(&self) -> SocketAddr {
        self.app.address
    }

    pub(crate) const fn token(&self) -> &str {
        self.token
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send("GET", path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Got {
        self.send("POST", path, &[], Some(body)).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Got {
        let (head, body) = self.open(method, path, headers, body).await.into_parts();
        let body = soon("the body", body.collect()).await.unwrap().to_bytes();
        Got { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// An answer whose body is still to come.
    pub(crate) async fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Response<Incoming> {
        let stream = TcpStream::connect(self.app.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("host", self.app.address.to_string());
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        soon("the answer", sender.send_request(request)).await.unwrap()
    }

    /// A mission with this body, by its id.
    pub(crate) async fn create(&self, body: &Value) -> String {
        let got = self.post("/api/missions", body).await;
        assert_eq!(got.status, 201, "{got:?}");
        got.json()["mission_id"].as_str().unwrap().to_owned()
    }

    /// Does something to a mission, with an empty body.
    pub(crate) async fn act(&self, mission: &str, action: &str) -> Got {
        self.send("POST", &format!("/api/missions/{mission}/{action}"), &[], None).await
    }

    pub(crate) async fn mission(&self, id: &str) -> Value {
        self.get(&format!("/api/missions/{id}")).await.expect(200)["mission"].clone()
    }
}

/// An agent and its id.
pub(crate) struct Agent<'a> {
    pub(crate) caller: Caller<'a>,
    pub(crate) id: String,
}

impl Agent<'_> {
    pub(crate) async fn ask(&self, what: &str, body: &Value) -> Got {
        self.caller.post(&format!("/api/agents/{}/{what}", self.id), body).await
    }

    /// One mission that was ready, with its lease.
    pub(crate) async fn claim_one(&self) -> (String, i64) {
        let claimed = self.ask("claim", &json!({"wait_seconds": 30})).await.expect(200);
        let claimed = &claimed["missions"][0];
        let id = claimed["mission"]["id"].as_str().unwrap().to_owned();
        (id, claimed["lease_id"].as_i64().unwrap())
    }

    /// The outcomes of a list of reports.
    pub(crate) async fn report(&self, reports: Value) -> Value {
        self.ask("report", &json!({"reports": reports})).await.expect(200)["outcomes"].clone()
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }

    /// Status and code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A fresh store, measured.
fn open(folder: &TempDir, clock: Arc<dyn Clock>) -> (Stores, Metrics) {
    let metrics = Metrics::new("test", SystemClock.now());
    let (telemetry, clock) = (Arc::new(metrics.clone()), Some(clock));
    let options = Options { telemetry, clock, ..Options::default() };
    let store = Sqlite::open(&folder.path().join(DATABASE), Durability::Off, options).unwrap();
    (MeasuredStore::around(Stores::of(store), &metrics), metrics)
}

fn authenticator(records: &Arc<dyn Directory>, clock: Arc<dyn Clock>) -> Authenticator {
    let authenticator = Authenticator::new(Arc::clone(records), clock);
    authenticator.with_cookie_of(KEY).with_administrator(Some(digest(ADMIN_TOKEN)))
}

/// What runs beside the answering of requests, until the test ends.
fn follow(authenticator: &Arc<Authenticator>, metrics: &Metrics, control: MissionControl) {
    let authenticator = Arc::clone(authenticator);
    tokio::spawn(async move { authenticator.run(CancellationToken::new()).await });
    tokio::spawn(metrics.clone().follow(control, CancellationToken::new()));
}
