//! Tokens that act as one agent alone, and what they cannot do (security.md, S09).

use mission_control_identity::Role;
use serde_json::{Value, json};

use crate::app::App;
use crate::crowd::{Somebody, as_agent, masked, scope};

const NOWHERE: &str = "019126f4-5d40-7000-8000-000000000001";

/// A program that registers as an agent of this name.
async fn registered(program: &Somebody<'_>, name: &str) -> String {
    let body = json!({"name": name, "type": "worker", "max_concurrent": 4});
    let got = program.post("/api/agents", body).await;
    assert!(got.status == 201 || got.status == 200, "{got:?}");
    got.json()["agent"]["id"].as_str().unwrap().to_owned()
}

async fn claim(program: &Somebody<'_>, agent: &str) -> (String, i64) {
    let path = format!("/api/agents/{agent}/claim");
    let claimed = program.post(&path, json!({"wait_seconds": 30})).await.expect(200);
    let claimed = &claimed["missions"][0];
    let id = claimed["mission"]["id"].as_str().unwrap().to_owned();
    (id, claimed["lease_id"].as_i64().unwrap())
}

/// What workers send about a mission, by the last part of its path.
fn writes(lease: Option<i64>) -> [(&'static str, Value); 5] {
    let line = json!({"at": "2026-01-31T08:30:00Z", "level": "info", "text": "hello"});
    [
        ("progress", json!({"progress": 10, "lease_id": lease})),
        ("logs", json!({"lines": [line], "lease_id": lease})),
        ("children", json!({"title": "below", "lease_id": lease})),
        ("fail", json!({"error_message": "no", "lease_id": lease})),
        ("complete", json!({"result": 1, "lease_id": lease})),
    ]
}

#[tokio::test]
async fn a_token_of_an_agent_does_the_whole_work_of_that_agent() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let program = Somebody::program(&app, "root", as_agent("atlas", "default")).await;
    let atlas = registered(&program, "atlas").await;
    let id = app.operator().create(&json!({"title": "a"})).await;
    let (claimed, lease) = claim(&program, &atlas).await;
    assert_eq!(claimed, id);
    let beat = json!({"running": [{"mission_id": id, "lease_id": lease, "progress": 5}]});
    let heard = program.post(&format!("/api/agents/{atlas}/heartbeat"), beat).await.expect(200);
    assert_eq!(heard["leases"].as_array().unwrap().len(), 1);
    let [progress, logs, children, _, complete] = writes(Some(lease));
    for (what, body) in [progress, logs, children] {
        let got = program.post(&format!("/api/missions/{id}/{what}"), body).await;
        assert!(got.status == 200 || got.status == 201, "{what}: {got:?}");
    }
    for _ in 0..2 {
        let path = format!("/api/missions/{id}/complete");
        program.post(&path, complete.1.clone()).await.expect(200);
    }
    assert_eq!(app.viewer().mission(&id).await["status"], "completed");
    let [.., unfenced] = writes(None);
    let got = program.post(&format!("/api/missions/{id}/complete"), unfenced.1).await.refusal();
    assert_eq!(got, (409, "lease_required".to_owned()), "whoever begins it anew is not hit by it");
    let [_, _, _, fail, _] = writes(Some(lease));
    let late = program.post(&format!("/api/missions/{id}/fail"), fail.1).await;
    assert_eq!(late.refusal(), (409, "lease_lost".to_owned()), "it may know that much");
}

#[tokio::test]
async fn a_token_of_an_agent_is_no_other_agent() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let any = Somebody::program(&app, "root", scope(Role::Agent, "default")).await;
    let other = registered(&any, "other").await;
    let program = Somebody::program(&app, "root", as_agent("atlas", "default")).await;
    registered(&program, "atlas").await;
    for name in ["other", "Atlas", "atlas2"] {
        let got = program.post("/api/agents", json!({"name": name, "type": "worker"})).await;
        assert_eq!(got.refusal(), (403, "not_your_agent".to_owned()), "{name}");
    }
    let id = app.operator().create(&json!({"title": "a"})).await;
    let report = json!({"reports": [{"mission_id": id, "lease_id": 1, "kind": "complete"}]});
    for (what, body) in [("claim", json!({})), ("heartbeat", json!({})), ("report", report)] {
        let unknown = program.post(&format!("/api/agents/{NOWHERE}/{what}"), body.clone()).await;
        assert_eq!(unknown.status, 404);
        let got = program.post(&format!("/api/agents/{other}/{what}"), body).await;
        assert_eq!(masked(&got), masked(&unknown), "{what}");
    }
    assert_eq!(app.viewer().mission(&id).await["status"], "pending");
}

#[tokio::test]
async fn a_mission_that_the_agent_does_not_hold_is_not_there() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let any = Somebody::program(&app, "root", scope(Role::Agent, "default")).await;
    let other = registered(&any, "other").await;
    let program = Somebody::program(&app, "root", as_agent("atlas", "default")).await;
    let atlas = registered(&program, "atlas").await;
    let operator = app.operator();
    let theirs = operator.create(&json!({"title": "theirs"})).await;
    let (claimed, lease) = claim(&any, &other).await;
    assert_eq!(claimed, theirs);
    let outside = operator.create(&json!({"title": "driven", "kind": "external"})).await;
    operator.act(&outside, "start").await.expect(200);
    let waiting = operator.create(&json!({"title": "waits", "held": true})).await;
    for mission in [&theirs, &outside, &waiting] {
        let before = operator.mission(mission).await;
        for named in [Some(lease), Some(lease + 1), Some(0), None] {
            for (what, body) in writes(named) {
                let path = |id: &str| format!("/api/missions/{id}/{what}");
                let unknown = program.post(&path(NOWHERE), body.clone()).await;
                assert_eq!(unknown.status, 404, "{what}: {unknown:?}");
                let got = program.post(&path(mission), body).await;
                assert_eq!(masked(&got), masked(&unknown), "{what} {named:?}");
            }
            let report = |id: &str| {
                let report =
                    json!({"mission_id": id, "lease_id": named.unwrap_or(7), "kind": "complete"});
                json!({"reports": [report]})
            };
            let path = format!("/api/agents/{atlas}/report");
            let unknown = program.post(&path, report(NOWHERE)).await.expect(200);
            let got = program.post(&path, report(mission)).await.expect(200);
            let verdict = |got: &Value| {
                (got["outcomes"][0]["code"].clone(), got["outcomes"][0]["error"].clone())
            };
            assert_eq!(verdict(&got), verdict(&unknown));
            assert_eq!(verdict(&got).0, "not_found");
        }
        assert_eq!(
            program.post(&format!("/api/missions/{mission}/start"), json!({})).await.status,
            403
        );
        assert_eq!(operator.mission(mission).await, before);
    }
    let logs = operator.get(&format!("/api/missions/{theirs}/logs")).await.expect(200);
    assert_eq!(logs["lines"], json!([]));
}

#[tokio::test]
async fn a_write_of_such_an_agent_names_its_lease() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let program = Somebody::program(&app, "root", as_agent("atlas", "default")).await;
    let atlas = registered(&program, "atlas").await;
    let id = app.operator().create(&json!({"title": "a"})).await;
    let (_, lease) = claim(&program, &atlas).await;
    for (what, body) in writes(None) {
        let got = program.post(&format!("/api/missions/{id}/{what}"), body).await.refusal();
        assert_eq!(got, (409, "lease_required".to_owned()), "{what}");
    }
    let any = Somebody::program(&app, "root", scope(Role::Agent, "default")).await;
    let child = |lease: Option<i64>| json!({"title": "below", "lease_id": lease});
    let path = format!("/api/missions/{id}/children");
    let got = any.post(&path, child(None)).await.refusal();
    assert_eq!(got, (409, "lease_required".to_owned()), "any agent's token must");
    any.post(&path, child(Some(lease))).await.expect(201);
    app.operator().act(&id, "take-back").await.expect(200);
    for stale in [&any, &program] {
        let got = stale.post(&path, child(Some(lease))).await.refusal();
        assert_eq!(got, (409, "lease_lost".to_owned()), "a stale attempt makes nothing");
    }
    let tree = app.viewer().get(&format!("/api/missions/{id}/tree")).await.expect(200);
    assert_eq!(tree["total"], 2);
    let late = json!({"progress": 10, "lease_id": lease});
    let got = program.post(&format!("/api/missions/{id}/progress"), late).await.refusal();
    assert_eq!(got, (409, "lease_lost".to_owned()), "what it had it may know to be lost");
    let other = json!({"progress": 10, "lease_id": lease + 1});
    let got = program.post(&format!("/api/missions/{id}/progress"), other).await;
    assert_eq!(got.status, 404);
}

#[tokio::test]
async fn an_agent_reads_what_its_missions_have_waited_for_and_no_more() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let program = Somebody::program(&app, "root", as_agent("atlas", "default")).await;
    let atlas = registered(&program, "atlas").await;
    let operator = app.operator();
    let first = operator.create(&json!({"title": "first", "kind": "external"})).await;
    let id = operator.create(&json!({"title": "second", "depends_on": [first]})).await;
    operator.act(&first, "start").await.expect(200);
    let done = json!({"result": {"words": 7}});
    operator.post(&format!("/api/missions/{first}/complete"), &done).await.expect(200);
    let (claimed, lease) = claim(&program, &atlas).await;
    assert_eq!(claimed, id);
    let any = Somebody::program(&app, "root", scope(Role::Agent, "default")).await;
    let read = |of: &str, on: &str, lease: i64| {
        format!("/api/missions/{of}/dependencies/{on}?lease_id={lease}")
    };
    for program in [&program, &any] {
        let found = program.get(&read(&id, &first, lease)).await.expect(200);
        assert_eq!((&found["mission_id"], &found["result"]), (&json!(first), &done["result"]));
        for (path, status, code) in [
            (read(&id, &first, lease + 1), 409, "lease_lost"),
            (read(&id, &id, lease), 404, "not_found"),
            (read(&id, NOWHERE, lease), 404, "not_found"),
            (read(NOWHERE, &first, lease), 404, "not_found"),
            (read(&id, &first, -1), 422, "out_of_range"),
            (format!("/api/missions/{id}/dependencies/{first}"), 422, "missing_field"),
        ] {
            assert_eq!(program.get(&path).await.refusal(), (status, code.to_owned()), "{path}");
        }
    }
    operator.act(&id, "take-back").await.expect(200);
    let late = program.get(&read(&id, &first, lease)).await.refusal();
    assert_eq!(late, (409, "lease_lost".to_owned()));
}

#[tokio::test]
async fn a_heartbeat_tells_nothing_about_missions_of_others() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let lab = Somebody::program(&app, "root", scope(Role::Operator, "lab")).await;
    let foreign = lab.post("/api/missions", json!({"title": "a"})).await.expect(201);
    let foreign = foreign["mission_id"].as_str().unwrap().to_owned();
    let own = app.operator().create(&json!({"title": "b", "held": true})).await;
    lab.post(&format!("/api/missions/{foreign}/cancel"), json!({})).await.expect(200);
    app.operator().act(&own, "cancel").await.expect(200);
    let program = Somebody::program(&app, "root", as_agent("atlas", "default")).await;
    let atlas = registered(&program, "atlas").await;
    let named = [&*foreign, &*own, NOWHERE];
    let running: Vec<Value> =
        named.iter().map(|id| json!({"mission_id": id, "lease_id": 1})).collect();
    let path = format!("/api/agents/{atlas}/heartbeat");
    let heard = program.post(&path, json!({"running": running})).await.expect(200);
    assert_eq!((&heard["cancelled"], &heard["leases"]), (&json!([]), &json!([])));
    let mut lost: Vec<_> =
        heard["lost"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    lost.sort_unstable();
    let mut all = named.to_vec();
    all.sort_unstable();
    assert_eq!(lost, all);
}

#[tokio::test]
async fn an_agent_reads_nothing_and_decides_nothing() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let id = app.operator().create(&json!({"title": "a"})).await;
    for scope in [as_agent("atlas", "default"), scope(Role::Agent, "default")] {
        let program = Somebody::program(&app, "root", scope).await;
        let atlas = registered(&program, "atlas").await;
        claim_if_any(&program, &atlas).await;
        for path in [
            "/api/missions".to_owned(),
            format!("/api/missions/{id}"),
            format!("/api/missions/{id}/logs"),
            format!("/api/agents/{atlas}"),
            "/api/agents".to_owned(),
            "/api/running".to_owned(),
            "/api/metrics".to_owned(),
            "/api/system".to_owned(),
            "/api/live/stream".to_owned(),
            "/api/missions/export".to_owned(),
            "/api/users".to_owned(),
            "/api/tokens".to_owned(),
            "/api/projects/default/members".to_owned(),
            "/metrics".to_owned(),
        ] {
            assert_eq!(program.get(&path).await.status, 403, "{path}");
        }
        for path in [
            "/api/missions".to_owned(),
            "/api/missions/bulk".to_owned(),
            format!("/api/missions/{id}/cancel"),
            format!("/api/missions/{id}/approve"),
            format!("/api/agents/{atlas}/enable"),
            "/api/users".to_owned(),
            "/api/projects".to_owned(),
            "/api/tokens".to_owned(),
        ] {
            assert_eq!(program.post(&path, json!({})).await.status, 403, "{path}");
        }
        for header in ["lab", "nowhere"] {
            let got = program.post(&format!("/api/agents?project={header}"), json!({})).await;
            assert_eq!(got.status, 404, "{header}");
        }
    }
}

/// Also who holds a mission does not read it.
async fn claim_if_any(program: &Somebody<'_>, agent: &str) {
    let path = format!("/api/agents/{agent}/claim");
    program.post(&path, json!({})).await.expect(200);
}
