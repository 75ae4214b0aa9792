//! Objects of another project are not there, whichever way they are asked for (security.md, S07).

use http::Method;
use mission_control_identity::Role;
use mission_control_transport::http::BodyKind;
use mission_control_wire::sample;
use serde_json::{Value, json};

use crate::app::{App, Got};
use crate::crowd::{Somebody, masked, scope};
use crate::viewer::Viewer;

const UNKNOWN: &str = "019126f4-5d40-7000-8000-000000000001";
const OTHER: &str = "019126f4-5d40-7000-8000-000000000002";
/// Stands in whatever belongs to the other project.
const MARK: &str = "confidential";

/// The other project: missions in every state that a worker could write to, an agent, and a workflow
/// with a run.
struct Lab<'a> {
    owner: Somebody<'a>,
    missions: Vec<(String, i64)>,
    agent: String,
    run: String,
}

impl<'a> Lab<'a> {
    async fn new(app: &'a App) -> Self {
        let owner = Somebody::program(app, "root", scope(Role::Admin, "lab")).await;
        let body = json!({"name": MARK, "type": "worker", "max_concurrent": 4});
        let agent = owner.post("/api/agents", body).await.expect(201)["agent"]["id"].clone();
        let agent = agent.as_str().unwrap().to_owned();
        let mut missions = Vec::new();
        for end in ["", "complete", "fail"] {
            let claimed = create_and_claim(&owner, &agent).await;
            if !end.is_empty() {
                let body = json!({"lease_id": claimed.1});
                owner.post(&format!("/api/missions/{}/{end}", claimed.0), body).await.expect(200);
            }
            missions.push(claimed);
        }
        missions.push((create(&owner, &json!({"title": MARK, "held": true})).await, 0));
        let flow = json!({"name": MARK, "steps": [{"key": MARK, "kind": "external"}]});
        owner.post("/api/workflows", flow).await.expect(201);
        let launch = format!("/api/workflows/{MARK}/runs");
        let run = owner.post(&launch, json!({})).await.expect(201)["run_id"].clone();
        let run = run.as_str().unwrap().to_owned();
        Self { owner, missions, agent, run }
    }

    /// All that there is to see of it.
    async fn picture(&self) -> Vec<Value> {
        let mut picture = Vec::new();
        let seen = ["/api/missions", "/api/agents", "/api/metrics", "/api/workflows", "/api/runs"];
        let seen = seen.map(str::to_owned).into_iter().chain([format!("/api/runs/{}", self.run)]);
        let of = |(id, _): &(String, i64)| {
            ["events", "logs", "tree", "attempts"].map(|what| format!("/api/missions/{id}/{what}"))
        };
        for path in seen.chain(self.missions.iter().flat_map(of)) {
            let (status, body) = masked(&self.owner.get(&path).await);
            assert_eq!(status, 200, "{path}");
            picture.push(body);
        }
        picture
    }
}

async fn create(somebody: &Somebody<'_>, body: &Value) -> String {
    let made = somebody.post("/api/missions", body.clone()).await.expect(201);
    made["mission_id"].as_str().unwrap().to_owned()
}

async fn create_and_claim(somebody: &Somebody<'_>, agent: &str) -> (String, i64) {
    let id = create(somebody, &json!({"title": MARK, "labels": [MARK], "max_attempts": 1})).await;
    let path = format!("/api/agents/{agent}/claim");
    let claimed = somebody.post(&path, json!({"lease_seconds": 3600})).await.expect(200);
    assert_eq!(claimed["missions"][0]["mission"]["id"], id);
    (id, claimed["missions"][0]["lease_id"].as_i64().unwrap())
}

/// An answer in which the id that was asked for stands as any other.
fn without(got: &Got, id: &str) -> (u16, String) {
    let (status, body) = masked(got);
    (status, body.to_string().replace(id, "ID"))
}

/// The body that a client would send, with the lease that the mission really has.
fn body(operation: &str, kind: BodyKind, lease: i64) -> Option<Value> {
    if kind == BodyKind::None {
        return None;
    }
    let mut body: Value =
        sample::request(operation).map_or(json!({}), |text| serde_json::from_str(text).unwrap());
    if body.get("lease_id").is_some() {
        body["lease_id"] = json!(lease);
    }
    Some(body)
}

#[tokio::test]
async fn every_route_answers_for_an_object_of_another_project_as_for_none() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let lab = Lab::new(&app).await;
    let insider = Somebody::program(&app, "root", scope(Role::Admin, "default")).await;
    let before = lab.picture().await;
    let mut cells = 0;
    for route in app.dispatcher.routes().iter() {
        let path = route.path();
        let objects: Vec<(String, i64)> = if path.starts_with("/api/missions/{id}") {
            lab.missions.clone()
        } else if path.starts_with("/api/agents/{id}") {
            vec![(lab.agent.clone(), 0)]
        } else if path.starts_with("/api/runs/{id}") {
            vec![(lab.run.clone(), 0)]
        } else if path.starts_with("/api/workflows/{name}") {
            vec![(MARK.to_owned(), 0)]
        } else {
            continue;
        };
        for (id, lease) in objects {
            let body = body(route.operation(), route.body_kind(), lease);
            let ask = async |id: &str, project: &str| {
                let path = path.replace("{id}", id).replace("{name}", id);
                let path = format!("{path}{project}");
                let etag = (*route.method() == Method::PATCH).then_some(("if-match", "*"));
                insider.say(route.method().as_str(), &path, etag, body.as_ref()).await
            };
            let unknown = without(&ask(UNKNOWN, "").await, UNKNOWN);
            assert_eq!(unknown.0, 404, "{route:?}: {unknown:?}");
            for project in ["", "?project=default", "?project=lab", "?project=nowhere"] {
                let got = ask(&id, project).await;
                assert_eq!(without(&got, &id), unknown, "{route:?}{project}");
                cells += 1;
            }
        }
    }
    assert!(cells > 300, "{cells}");
    assert_eq!(lab.picture().await, before);
}

#[tokio::test]
async fn what_is_named_in_a_body_or_a_query_is_not_there_either() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let lab = Lab::new(&app).await;
    let insider = Somebody::program(&app, "root", scope(Role::Admin, "default")).await;
    let agent = insider.post("/api/agents", json!({"name": "atlas", "type": "worker"})).await;
    let agent = agent.expect(201)["agent"]["id"].as_str().unwrap().to_owned();
    let (own, own_lease) = create_and_claim(&insider, &agent).await;
    let before = lab.picture().await;
    for (id, lease) in &lab.missions {
        let write = |id: &str| {
            let report = json!({"mission_id": id, "lease_id": lease, "kind": "complete"});
            let beat = json!({"mission_id": id, "lease_id": lease, "progress": 50});
            [
                ("/api/missions".to_owned(), json!({"title": "x", "depends_on": [id]})),
                ("/api/missions".to_owned(), json!({"title": "x", "parent_id": id})),
                (
                    format!("/api/missions/{own}/children"),
                    json!({"title": "x", "depends_on": [id]}),
                ),
                (format!("/api/missions/{own}/children"), json!({"title": "x", "parent_id": id})),
                (
                    "/api/missions/batch".to_owned(),
                    json!({"missions": [{"title": "x"}, {"title": "x", "depends_on": [id]}]}),
                ),
                ("/api/missions/bulk".to_owned(), json!({"action": "cancel", "ids": [id, OTHER]})),
                (
                    "/api/missions/bulk".to_owned(),
                    json!({"action": "cancel", "ids": [id], "dry_run": true}),
                ),
                (format!("/api/agents/{agent}/report"), json!({"reports": [report]})),
                (format!("/api/agents/{agent}/heartbeat"), json!({"running": [beat]})),
            ]
        };
        for ((path, foreign), (_, unknown)) in write(id).into_iter().zip(write(UNKNOWN)) {
            let got = without(&insider.post(&path, foreign).await, id);
            let expected = without(&insider.post(&path, unknown).await, UNKNOWN);
            assert_eq!(got, expected, "{path}");
        }
        for name in ["parent_id", "root_id"] {
            let got = insider.get(&format!("/api/missions?{name}={id}")).await.expect(200);
            assert_eq!((&got["missions"], &got["total"]), (&json!([]), &json!(0)), "{name}");
        }
    }
    let got = insider.get(&format!("/api/missions?agent_id={}", lab.agent)).await.expect(200);
    assert_eq!(got["total"], 0);
    assert_eq!(lab.picture().await, before);
    let lease = json!({"lease_id": own_lease});
    insider.post(&format!("/api/missions/{own}/complete"), lease).await.expect(200);
}

#[tokio::test]
async fn lists_counters_searches_and_files_are_those_of_one_project() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let lab = Lab::new(&app).await;
    let insider = Somebody::program(&app, "root", scope(Role::Admin, "default")).await;
    let metrics = insider.get("/api/metrics").await.expect(200);
    assert_eq!(metrics["metrics"]["total_missions"], 0);
    assert_eq!(lab.owner.get("/api/metrics").await.expect(200)["metrics"]["total_missions"], 5);
    for path in [
        format!("/api/missions?q={MARK}"),
        format!("/api/missions?label={MARK}"),
        "/api/missions?status=completed".to_owned(),
        "/api/missions/export?format=ndjson".to_owned(),
        "/api/missions/export".to_owned(),
        "/api/agents".to_owned(),
        "/api/running".to_owned(),
        "/api/workflows".to_owned(),
        "/api/runs".to_owned(),
        format!("/api/runs?workflow={MARK}"),
        format!("/api/missions?run_id={}", lab.run),
        "/api/analytics?by=agent".to_owned(),
        "/api/analytics?by=kind".to_owned(),
        "/api/metrics/history".to_owned(),
        "/api/system".to_owned(),
        "/api/queue".to_owned(),
        "/api/queue/dead-letter".to_owned(),
        "/api/projects".to_owned(),
    ] {
        let ours = insider.get(&path).await;
        assert_eq!(ours.status, 200, "{path}");
        let text = String::from_utf8(ours.body.to_vec()).unwrap();
        assert!(!text.contains(MARK) && !text.contains("\"lab\""), "{path}: {text}");
        assert!(lab.missions.iter().all(|(id, _)| !text.contains(id)), "{path}: {text}");
    }
    let text = lab.owner.get("/api/missions/export?format=ndjson").await.body;
    assert!(String::from_utf8(text.to_vec()).unwrap().contains(MARK), "it is there to be found");
    for member in ["total", "count"] {
        for path in ["/api/missions", "/api/agents", "/api/running"] {
            let got = insider.get(path).await.expect(200);
            assert!(got.get(member).is_none_or(|number| *number == 0), "{path}: {got}");
        }
    }
}

#[tokio::test]
async fn cursors_previews_and_keys_belong_to_whom_and_where_they_were_given() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let lab = Lab::new(&app).await;
    let everywhere = app.auditor();
    let get = async |path: &str, project: &str| {
        everywhere.send("GET", path, &[("x-project", project)], None).await
    };
    let cursor = get("/api/missions?limit=1", "lab").await.expect(200)["next_cursor"].clone();
    let path = format!("/api/missions?limit=1&cursor={}", cursor.as_str().unwrap());
    get(&path, "lab").await.expect(200);
    assert_eq!(get(&path, "default").await.refusal(), (400, "invalid_cursor".to_owned()));
    let (mission, _) = &lab.missions[0];
    let events = format!("/api/missions/{mission}/events?limit=1");
    let cursor = get(&events, "lab").await.expect(200)["next_cursor"].clone();
    let path = format!("{events}&cursor={}", cursor.as_str().unwrap());
    get(&path, "lab").await.expect(200);
    for path in [&path, &format!("{events}&cursor=x")] {
        assert_eq!(get(path, "default").await.refusal(), (404, "not_found".to_owned()), "{path}");
    }
    let dry = json!({"action": "cancel", "ids": [mission], "dry_run": true});
    let preview = lab.owner.post("/api/missions/bulk", dry).await.expect(200);
    let token = json!({"preview_token": preview["preview_token"]});
    let other = Somebody::program(&app, "root", scope(Role::Admin, "lab")).await;
    let insider = Somebody::program(&app, "root", scope(Role::Admin, "default")).await;
    for somebody in [&other, &insider] {
        let got = somebody.post("/api/missions/bulk", token.clone()).await.refusal();
        assert_eq!(got, (403, "invalid_preview_token".to_owned()));
    }
    let mut made = Vec::new();
    for somebody in [&lab.owner, &other, &insider] {
        let body = json!({"title": "once"});
        let key = Some(("idempotency-key", "the-same"));
        let got = somebody.say("POST", "/api/missions", key, Some(&body)).await;
        assert_eq!(got.header("idempotency-replayed"), None);
        made.push(got.expect(201)["mission_id"].clone());
    }
    made.dedup();
    assert_eq!(made.len(), 3);
}

#[tokio::test]
async fn a_feed_shows_nothing_of_what_lies_elsewhere() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let lab = Lab::new(&app).await;
    let (mission, lease) = &lab.missions[0];
    let topics = |id: &str, agent: &str| {
        format!("topics=missions,metrics,mission:{id},logs:{id},agent:{agent},queue")
    };
    let mut viewer = Viewer::open(app.viewer(), &topics(mission, &lab.agent)).await;
    let text = viewer.begin().await;
    assert_eq!((&text["missions"], &text["metrics"]["total_missions"]), (&json!([]), &json!(0)));
    let line = json!({"at": "2026-01-31T08:30:00Z", "level": "info", "text": MARK});
    let logs = json!({"lines": [line], "lease_id": lease});
    lab.owner.post(&format!("/api/missions/{mission}/logs"), logs).await.expect(201);
    let progress = json!({"progress": 50, "message": MARK, "lease_id": lease});
    lab.owner.post(&format!("/api/missions/{mission}/progress"), progress).await.expect(200);
    let id = app.operator().create(&json!({"title": "ours"})).await;
    let mut shown = Vec::new();
    while !shown.iter().any(|frame: &Value| frame.to_string().contains(&id)) {
        shown.push(viewer.next().await);
    }
    let shown = json!(shown).to_string();
    assert!(!shown.contains(MARK) && !shown.contains(mission), "{shown}");
    for project in ["lab", "nowhere"] {
        let refused = Viewer::knock(app.viewer(), &format!("project={project}"), &[]).await;
        assert_eq!(refused.err(), Some((404, "not_found".to_owned())), "{project}");
    }
}
