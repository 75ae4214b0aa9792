//! Agents at work.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::app::{App, soon};

#[tokio::test]
async fn the_same_name_is_the_same_agent() {
    let app = App::start().await;
    let atlas = app.agent("atlas").await;
    assert_eq!(app.agent("atlas").await.id, atlas.id);
    let body = json!({"name": "borea", "type": "coder", "capabilities": ["rust"]});
    let got = atlas.caller.post("/api/agents", &body).await;
    let agent = got.expect(201)["agent"].clone();
    assert_eq!(
        got.header("location").unwrap(),
        format!("/api/agents/{}", agent["id"].as_str().unwrap())
    );
    for (member, value) in [
        ("status", json!("idle")),
        ("type", json!("coder")),
        ("capabilities", json!(["rust"])),
        ("max_concurrent", json!(1)),
        ("current_missions", json!([])),
        ("current_titles", json!([])),
        ("load", json!(0.0)),
        ("load_level", json!("idle")),
        ("tier", json!("STANDARD")),
    ] {
        assert_eq!(agent[member], value, "{member}");
    }
    let all = app.viewer().get("/api/agents").await.expect(200);
    let names: Vec<_> = all["agents"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!((names, &all["total"]), (vec![&json!("atlas"), &json!("borea")], &json!(2)));
}

#[tokio::test]
async fn a_claim_waits_for_work_and_carries_what_it_depended_on() {
    let app = App::start().await;
    let operator = app.operator();
    let atlas = app.agent("atlas").await;
    let want = json!({"wait_seconds": 30, "lease_seconds": 60});
    let (claimed, id) = tokio::join!(soon("the claim", atlas.ask("claim", &want)), async {
        let first = operator.create(&json!({"title": "first", "kind": "external"})).await;
        let id = operator.create(&json!({"title": "second", "depends_on": [first]})).await;
        operator.act(&first, "start").await.expect(200);
        let done = json!({"result": {"words": 7}});
        operator.post(&format!("/api/missions/{first}/complete"), &done).await.expect(200);
        (first, id)
    });
    let claimed = claimed.expect(200)["missions"][0].clone();
    assert_eq!(claimed["mission"]["id"], json!(id.1));
    assert_eq!(
        (&claimed["attempt"], &claimed["mission"]["status"]),
        (&json!(1), &json!("running"))
    );
    assert_eq!(claimed["dependencies"], json!({id.0: {"words": 7}}));
    assert_eq!(claimed["dependencies_omitted"], json!({}));
    assert_eq!(claimed["lease_expires_at"], claimed["mission"]["lease_expires_at"]);
    let agent = app.viewer().get(&format!("/api/agents/{}", atlas.id)).await.expect(200);
    assert_eq!(agent["agent"]["current_missions"], json!([id.1]));
    assert_eq!(agent["agent"]["current_titles"], json!(["second"]));
    assert_eq!(
        (&agent["agent"]["status"], &agent["agent"]["load"]),
        (&json!("busy"), &json!(0.25))
    );
}

#[tokio::test]
async fn an_empty_queue_is_answered_with_an_empty_list() {
    let app = App::start().await;
    let atlas = app.agent("atlas").await;
    let path = format!("/api/agents/{}/claim", atlas.id);
    let got = atlas.caller.send("POST", &path, &[], None).await;
    assert_eq!(got.expect(200), json!({"missions": [], "duty": "active"}));
    for (body, code) in [
        (json!({"wait_seconds": 31}), "out_of_range"),
        (json!({"max": 0}), "out_of_range"),
        (json!({"kinds": ["Not A Kind"]}), "invalid_kind"),
    ] {
        assert_eq!(atlas.ask("claim", &body).await.refusal(), (422, code.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn each_report_has_its_own_verdict_in_its_own_place() {
    let app = App::start().await;
    let atlas = app.agent("atlas").await;
    let mut held = Vec::new();
    for title in ["a", "b"] {
        app.operator().create(&json!({"title": title})).await;
        held.push(atlas.claim_one().await);
    }
    let [(a, a_lease), (b, b_lease)] = [held[0].clone(), held[1].clone()];
    let outcomes = atlas
        .report(json!([
            {"mission_id": a, "lease_id": a_lease, "kind": "progress", "progress": 50},
            {"mission_id": b, "lease_id": b_lease + 1, "kind": "complete"},
            {"mission_id": a, "lease_id": a_lease, "kind": "progress", "progress": 150},
            {"mission_id": a, "lease_id": a_lease, "kind": "complete", "result": 1},
            {"mission_id": a, "lease_id": a_lease, "kind": "complete", "result": 2},
            {"mission_id": a, "lease_id": a_lease, "kind": "progress", "progress": 60},
            {"mission_id": b, "lease_id": b_lease, "kind": "release"},
        ]))
        .await;
    let table: Vec<(Value, Value, Value)> = outcomes
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["ok"].clone(), it["status"].clone(), it["code"].clone()))
        .collect();
    let good = |status: &str| (json!(true), json!(status), json!(null));
    let bad = |code: &str| (json!(false), json!(null), json!(code));
    let expected = [
        good("running"),
        bad("lease_lost"),
        bad("progress_out_of_range"),
        good("completed"),
        good("completed"),
        bad("lease_lost"),
        good("pending"),
    ];
    assert_eq!(table, expected);
    assert_eq!(app.viewer().mission(&a).await["result"], 1, "the first answer counts");
    assert_eq!(app.viewer().mission(&b).await["attempt"], 0, "a release uses nothing up");
}

#[tokio::test]
async fn a_waiting_heartbeat_tells_of_a_cancellation_at_once() {
    let app = App::start().await;
    let id = app.operator().create(&json!({"title": "a"})).await;
    let atlas = app.agent("atlas").await;
    let claimed = atlas.ask("claim", &json!({"lease_seconds": 3600})).await.expect(200);
    let lease = claimed["missions"][0]["lease_id"].clone();
    let held = json!({"mission_id": id, "lease_id": lease, "progress": 10});
    let beat = json!({"running": [held], "wait_seconds": 30});
    let (told, _) = tokio::join!(atlas.ask("heartbeat", &beat), async {
        app.operator().act(&id, "cancel").await.expect(200)
    });
    let told = told.expect(200);
    assert_eq!((&told["cancelled"], &told["leases"]), (&json!([id]), &json!([])));
    let again = atlas.ask("heartbeat", &json!({"running": [held]})).await.expect(200);
    assert_eq!(again["cancelled"], json!([id]));
}

#[tokio::test]
async fn operators_drain_disable_enable_and_remove_agents() {
    let app = App::start().await;
    let operator = app.operator();
    let atlas = app.agent("atlas").await;
    let path = format!("/api/agents/{}", atlas.id);
    let order = async |word: &str| {
        let got = operator.send("POST", &format!("{path}/{word}"), &[], None).await;
        got.expect(200)["agent"]["status"].clone()
    };
    app.operator().create(&json!({"title": "a"})).await;
    assert_eq!(order("disable").await, "disabled");
    let nothing = json!({"missions": [], "duty": "disabled"});
    assert_eq!(atlas.ask("claim", &json!({})).await.expect(200), nothing);
    assert_eq!(order("enable").await, "idle");
    assert_eq!(atlas.ask("heartbeat", &json!({})).await.expect(200)["duty"], "active");
    let (id, lease) = atlas.claim_one().await;
    assert_eq!(order("drain").await, "draining");
    assert_eq!(atlas.ask("heartbeat", &json!({})).await.expect(200)["duty"], "draining");
    let removed = async || operator.send("DELETE", &path, &[], None).await;
    assert_eq!(removed().await.refusal(), (409, "runs_missions".to_owned()));
    atlas.report(json!([{"mission_id": id, "lease_id": lease, "kind": "complete"}])).await;
    assert_eq!(removed().await.status, 204);
    assert_eq!(operator.get(&path).await.status, 404);
    assert_eq!(atlas.ask("heartbeat", &json!({})).await.status, 404);
    assert_eq!(atlas.ask("claim", &json!({})).await.status, 404);
}

#[tokio::test]
async fn draining_answers_whoever_waits() {
    let app = App::start().await;
    let atlas = app.agent("atlas").await;
    let wait = json!({"wait_seconds": 30});
    let drain = async {
        app.nobody().get("/livez").await;
        app.draining.cancel();
    };
    let begun = Instant::now();
    let (claim, ()) = tokio::join!(atlas.ask("claim", &wait), drain);
    assert!(begun.elapsed() < Duration::from_secs(25), "answered after {:?}", begun.elapsed());
    // It may have come too late to wait.
    if claim.status != 503 {
        assert_eq!(claim.expect(200), json!({"missions": [], "duty": "active"}));
    }
    let again = atlas.ask("claim", &wait).await;
    assert_eq!((again.header("retry-after"), again.refusal().1.as_str()), (Some("1"), "draining"));
    atlas.ask("heartbeat", &json!({})).await.expect(200);
    assert_eq!(app.nobody().get("/readyz").await.refusal(), (503, "draining".to_owned()));
    assert_eq!(app.nobody().get("/livez").await.status, 200);
}

#[tokio::test]
async fn an_agent_reports_on_its_own_missions_alone() {
    let app = App::start().await;
    let (atlas, other) = (app.agent("atlas").await, app.agent("other").await);
    app.operator().create(&json!({"title": "a"})).await;
    let (id, lease) = atlas.claim_one().await;
    let complete = json!([{"mission_id": id, "lease_id": lease, "kind": "complete"}]);
    assert_eq!(other.report(complete.clone()).await[0]["code"], "lease_lost");
    assert_eq!(app.viewer().mission(&id).await["status"], "running");
    for _ in 0..2 {
        assert_eq!(
            atlas.report(complete.clone()).await[0]["ok"],
            true,
            "told again it is the same"
        );
    }
    assert_eq!(other.report(complete).await[0]["code"], "lease_lost", "also once it is over");
}
