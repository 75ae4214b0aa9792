//! A server on a free port over a store of its own, and those who call it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use mission_control::{MissionControl, Stores};
use mission_control_identity::{Grants, Identities, IdentityError, Principal, Role, TokenDigest};
use mission_control_kernel::{Clock as _, Ids as _, ProjectId, SystemClock, SystemIds, Text};
use mission_control_persistence::Options;
use mission_control_persistence::sqlite::{Durability, Sqlite};
use mission_control_transport::Signer;
use mission_control_transport::auth::{Sessions, digest};
use mission_control_transport::http::{Dispatcher, Doors, RouteTable, Services, routes};
use mission_control_transport::metrics::{MeasuredAnswer, MeasuredStore, Metrics};
use mission_control_transport::page::{self, Page};
use mission_control_transport::server::{Limits, serve};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Far beyond what anything here takes: reached only by what would never end.
const LONG: Duration = Duration::from_secs(60);

/// Awaits what must happen.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LONG, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not happen within {LONG:?}"),
    }
}

/// Tokens are the names of their owners.
struct Personas(Vec<(TokenDigest, Arc<Principal>)>);

impl Personas {
    fn new() -> Self {
        let someone = |name: &str, role, project: &str| {
            let project: ProjectId = project.parse().unwrap();
            let principal = Principal {
                id: name.parse().unwrap(),
                name: Text::parse(name).unwrap(),
                grants: Grants::within([(project.clone(), role)]),
                default_project: project,
            };
            (digest(name), Arc::new(principal))
        };
        let auditor =
            Principal { grants: Grants::everywhere(Role::Viewer), ..Principal::administrator() };
        Self(vec![
            (digest("auditor"), Arc::new(auditor)),
            someone("viewer", Role::Viewer, "default"),
            someone("operator", Role::Operator, "default"),
            someone("agent", Role::Agent, "default"),
            someone("stranger", Role::Admin, "lab"),
        ])
    }
}

#[async_trait]
impl Identities for Personas {
    async fn authenticate(
        &self,
        digest: &TokenDigest,
    ) -> Result<Option<Arc<Principal>>, IdentityError> {
        let known = self.0.iter().find(|(known, _)| known == digest);
        Ok(known.map(|(_, principal)| Arc::clone(principal)))
    }
}

pub(crate) struct App {
    address: SocketAddr,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) draining: CancellationToken,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) stores: Stores,
    _folder: TempDir,
}

impl App {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let metrics = Metrics::new("test", SystemClock.now());
        let options = Options { telemetry: Arc::new(metrics.clone()), ..Options::default() };
        let store = Sqlite::open(&path, Durability::Off, options).unwrap();
        let stores = MeasuredStore::around(Stores::of(store), &metrics);
        let control = MissionControl::builder(stores.clone())
            .telemetry(Arc::new(metrics.clone()))
            .start()
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let draining = CancellationToken::new();
        let services = Services {
            control: control.clone(),
            signer: Signer::new(b"a key of at least thirty-two bytes"),
            draining: draining.clone(),
            build: "test",
            metrics: metrics.clone(),
            folder: folder.path().to_owned(),
        };
        let identities = Arc::new(Personas::new());
        let life = SystemIds::default().next(SystemClock.now());
        let sessions = Arc::new(Sessions::new(b"a key of at least thirty-two bytes", life));
        let page = Page {
            identities: identities.clone(),
            sessions: Arc::clone(&sessions),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds::default()),
            folder: None,
        };
        let rows = routes(&services).into_iter().chain(page::routes(page)).collect();
        let dispatcher = Dispatcher::new(
            RouteTable::described(rows).unwrap(),
            Doors::loopback(address.port()),
            identities,
            Arc::new(SystemClock),
            Arc::new(SystemIds::default()),
        );
        let projects = ["default", "lab"].map(|name| name.parse().unwrap());
        let dispatcher = dispatcher.with_sessions(Arc::clone(&sessions));
        let dispatcher = Arc::new(dispatcher.with_projects(projects.into()));
        tokio::spawn(metrics.clone().follow(control, CancellationToken::new()));
        let answer = Arc::new(MeasuredAnswer::new(Arc::clone(&dispatcher), metrics));
        tokio::spawn(serve(listener, answer, Limits::default(), CancellationToken::new()));
        Self { address, dispatcher, draining, sessions, stores, _folder: folder }
    }

    /// Creates and acts.
    pub(crate) fn operator(&self) -> Caller<'_> {
        Caller { app: self, token: "operator" }
    }

    /// Reads.
    pub(crate) fn viewer(&self) -> Caller<'_> {
        Caller { app: self, token: "viewer" }
    }

    /// Reads in every project.
    pub(crate) fn auditor(&self) -> Caller<'_> {
        Caller { app: self, token: "auditor" }
    }

    /// Everything in another project, nothing in this one.
    pub(crate) fn stranger(&self) -> Caller<'_> {
        Caller { app: self, token: "stranger" }
    }

    /// Someone without a token.
    pub(crate) fn nobody(&self) -> Caller<'_> {
        Caller { app: self, token: "" }
    }

    /// A registered agent that takes up to four missions.
    pub(crate) async fn agent(&self, name: &str) -> Agent<'_> {
        let caller = Caller { app: self, token: "agent" };
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
    token: &'static str,
}

impl Caller<'_> {
    pub(crate) const fn address(&self) -> SocketAddr {
        self.app.address
    }

    pub(crate) const fn token(&self) -> &'static str {
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
