//! What the parameters of a path name: things that are there, so that 404 never means that nothing
//! of the kind exists.

use http::Method;
use mission_control_dashboard as dashboard;
use mission_control_identity::{NewSession, Role, SignedInAs, TokenId, UserChange};
use mission_control_kernel::{Clock as _, Ids as _, SystemClock, SystemIds};
use mission_control_transport::auth::digest;
use serde_json::{Value, json};

use super::cast::{ATLAS, Member, token_of};
use crate::app::App;
use crate::crowd::{Somebody, masked, within};

/// The project that all requests are about.
const PROJECT: &str = "default";
/// Belongs to it.
const GUEST: &str = "guest";

/// What runs there.
const WORKFLOW: &str = "there";

/// Comes with the program, and stays.
const TEMPLATE: &str = "system-monitoring";
/// What rests there.
const SCHEDULE: &str = "there";

/// All of them, in the project `default`.
pub(super) struct Things<'a> {
    app: &'a App,
    root: Somebody<'a>,
    mission: String,
    run: String,
    atlas: String,
    token: TokenId,
}

impl<'a> Things<'a> {
    pub(super) async fn new(app: &'a App) -> Self {
        let root = Somebody::again(app, "root").await;
        let mission = json!({"title": "there", "kind": "external"});
        let mission = root.post("/api/missions", mission).await.expect(201)["mission_id"].clone();
        Somebody::new(app, GUEST, within(PROJECT, Role::Viewer)).await;
        let token = token_of(app, "root").await;
        let workflow = json!({"name": WORKFLOW, "steps": [{"key": "a", "kind": "external"}]});
        root.post("/api/workflows", workflow).await.expect(201);
        let path = format!("/api/workflows/{WORKFLOW}/runs");
        let run = text(&root.post(&path, json!({})).await.expect(201)["run_id"]);
        let things = Self { app, root, mission: text(&mission), run, atlas: String::new(), token };
        let atlas = things.agent(ATLAS).await;
        Self { atlas, ..things }
    }

    /// The path of a route with things in place of its parameters. Whatever the request would take
    /// away is made anew for it, and belongs to whoever asks where such things belong to somebody.
    pub(super) async fn path(&self, method: &Method, path: &str, asks: &Member) -> String {
        let takes = *method == Method::DELETE;
        let mut filled = Vec::new();
        for part in path.split('/') {
            let thing = match part {
                "{id}" if path.contains("/missions/") => self.mission.clone(),
                "{id}" if path.contains("/runs/") => self.run.clone(),
                "{name}" if path.contains("/workflows/") => WORKFLOW.to_owned(),
                "{name}" if path.contains("/templates/") => TEMPLATE.to_owned(),
                "{name}" if path.contains("/schedules/") => self.schedule().await,
                "{id}" if path.contains("/agents/") && takes => {
                    let id = SystemIds::default().next(SystemClock.now());
                    self.agent(&id.to_string()).await
                }
                "{id}" if path.contains("/agents/") => self.atlas.clone(),
                "{id}" if path.contains("/tokens/") => match asks.login.filter(|_| takes) {
                    Some(login) => token_of(self.app, login).await.to_string(),
                    None => self.token.to_string(),
                },
                "{id}" if path.contains("/sessions/") => self.session(asks).await,
                "{login}" => {
                    self.guest().await;
                    GUEST.to_owned()
                }
                "{project}" => PROJECT.to_owned(),
                "{dependency}" => self.mission.clone(),
                "{kind}" => "default".to_owned(),
                "{tree}" => dashboard::tree().to_owned(),
                "{*path}" => "app.js".to_owned(),
                "{name}" => self.style().await,
                part => {
                    assert!(!part.starts_with('{'), "say what stands for {part} of {path}");
                    part.to_owned()
                }
            };
            filled.push(thing);
        }
        filled.join("/")
    }

    /// All that is there, of which no request may have changed anything.
    pub(super) async fn picture(&self) -> Vec<(u16, Value)> {
        let mut picture = Vec::new();
        for path in [
            "/api/missions".to_owned(),
            format!("/api/missions/{}/events", self.mission),
            "/api/workflows".to_owned(),
            "/api/runs".to_owned(),
            format!("/api/runs/{}", self.run),
            format!("/api/agents/{}", self.atlas),
            "/api/queue".to_owned(),
            "/api/users".to_owned(),
            "/api/projects".to_owned(),
            "/api/projects/default/members".to_owned(),
        ] {
            let seen = masked(&self.root.get(&path).await);
            assert_eq!(seen.0, 200, "{path}");
            picture.push(seen);
        }
        picture
    }

    async fn agent(&self, name: &str) -> String {
        let body = json!({"name": name, "type": "worker"});
        text(&self.root.post("/api/agents", body).await.expect(201)["agent"]["id"])
    }

    /// A schedule that never comes, whoever has removed it before.
    async fn schedule(&self) -> String {
        let mission = json!({"title": "there", "kind": "external"});
        let body =
            json!({"name": SCHEDULE, "cron": "0 0 29 2 *", "mission": mission, "paused": true});
        let made = self.root.post("/api/schedules", body).await;
        assert!([200, 201].contains(&made.status), "{}", made.status);
        SCHEDULE.to_owned()
    }

    /// The guest belongs to the project, whatever became of them.
    async fn guest(&self) {
        let login = GUEST.parse().unwrap();
        let grants = Some(within(PROJECT, Role::Viewer));
        let change = UserChange { grants, ..UserChange::default() };
        self.app.stores.directory.change_user(&login, change, None).await.unwrap();
    }

    /// A session of whoever asks, or of somebody else where they can have none.
    async fn session(&self, asks: &Member) -> String {
        let id = SystemIds::default().next(SystemClock.now());
        let digest = digest(&id.to_string());
        let session = NewSession {
            digest,
            who: SignedInAs::User(asks.login.unwrap_or("root").parse().unwrap()),
            user_agent: "a browser".to_owned(),
        };
        self.app.stores.directory.begin_session(session).await.unwrap();
        digest.as_bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The style of the pages about problems, under its name.
    async fn style(&self) -> String {
        let page = self.app.nobody().get("/docs/problems").await;
        let page = String::from_utf8(page.body.to_vec()).unwrap();
        let (_, rest) = page.split_once("/docs/style/").expect("a style");
        rest.chars().take_while(|it| !matches!(it, '"' | '\'')).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
