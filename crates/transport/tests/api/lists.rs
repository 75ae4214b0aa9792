//! Lists of missions, page by page.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::app::{App, Caller};

async fn make(operator: &Caller<'_>, count: u32) {
    let priorities = ["low", "high", "critical"];
    let missions: Vec<Value> = (0..count)
        .map(|n| {
            let priority = priorities[n as usize % priorities.len()];
            json!({"title": format!("m{n}"), "priority": priority, "kind": "external"})
        })
        .collect();
    operator.post("/api/missions/batch", &json!({"missions": missions})).await.expect(201);
}

#[tokio::test]
async fn pages_show_every_mission_once_while_others_come_in_between() {
    let app = App::start().await;
    make(&app.operator(), 25).await;
    for sort in ["", "&sort=created_at", "&sort=-priority", "&sort=priority", "&sort=duration"] {
        let mut seen = HashSet::new();
        let mut path = format!("/api/missions?limit=10{sort}");
        loop {
            let got = app.viewer().get(&path).await;
            let page = got.expect(200);
            for mission in page["missions"].as_array().unwrap() {
                assert!(seen.insert(mission["id"].clone()), "{sort}: twice {mission}");
            }
            let Some(cursor) = page["next_cursor"].as_str() else {
                assert_eq!(got.header("link"), None);
                break;
            };
            let next = format!("/api/missions?limit=10{sort}&cursor={cursor}");
            assert_eq!(got.header("link"), Some(format!("<{next}>; rel=\"next\"").as_str()));
            path = next;
            app.operator().create(&json!({"title": "new", "kind": "external"})).await;
        }
        assert!(seen.len() >= 25, "{sort}: {}", seen.len());
    }
}

#[tokio::test]
async fn filters_combine_and_take_several_values() {
    let app = App::start().await;
    make(&app.operator(), 9).await;
    let labelled = json!({"title": "Needle", "labels": ["hay"], "kind": "external", "held": true});
    app.operator().create(&labelled).await;
    for (query, total) in [
        ("", 10),
        ("priority=high,low", 6),
        ("priority=high&status=pending", 3),
        ("status=running,completed", 0),
        ("label=hay", 1),
        ("q=nEEdl", 1),
        ("held=true", 1),
        ("roots=true&kind=external", 10),
        ("kind=default", 0),
        ("dead_letter=true", 0),
        ("created_after=2100-01-01T00:00:00Z", 0),
    ] {
        let page = app.viewer().get(&format!("/api/missions?{query}")).await.expect(200);
        let shown = page["missions"].as_array().unwrap().len();
        assert_eq!((&page["total"], shown), (&json!(total), total), "{query}");
        assert_eq!(page["total_capped"], false);
    }
}

#[tokio::test]
async fn a_cursor_of_another_order_or_of_nobody_is_refused() {
    let app = App::start().await;
    make(&app.operator(), 3).await;
    let page = app.viewer().get("/api/missions?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    for query in [
        format!("sort=created_at&cursor={cursor}"),
        format!("cursor={}x", &cursor[..cursor.len() - 1]),
        "cursor=MS40Mg".to_owned(),
    ] {
        let got = app.viewer().get(&format!("/api/missions?{query}")).await;
        assert_eq!(got.refusal(), (400, "invalid_cursor".to_owned()), "{query}");
    }
    for (query, status, code) in [
        ("limit=201", 422, "out_of_range"),
        ("sort=name", 422, "invalid_sort"),
        ("colour=red", 400, "unknown_field"),
    ] {
        let got = app.viewer().get(&format!("/api/missions?{query}")).await;
        assert_eq!(got.refusal(), (status, code.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn what_runs_is_shown_newest_first_with_an_exact_count() {
    let app = App::start().await;
    let operator = app.operator();
    let mut ids = Vec::new();
    for title in ["a", "b"] {
        let id = operator.create(&json!({"title": title, "kind": "external"})).await;
        operator.act(&id, "start").await.expect(200);
        ids.push(id);
    }
    let running = app.viewer().get("/api/running").await.expect(200);
    assert_eq!(running["count"], 2);
    let shown: Vec<_> = running["missions"].as_array().unwrap().iter().map(|m| &m["id"]).collect();
    assert_eq!(shown, [&json!(ids[1]), &json!(ids[0])]);
}

#[tokio::test]
async fn priority_begins_with_critical_and_turned_round_with_low() {
    let app = App::start().await;
    make(&app.operator(), 3).await;
    for (sort, expected) in
        [("priority", ["critical", "high", "low"]), ("-priority", ["low", "high", "critical"])]
    {
        let page = app.viewer().get(&format!("/api/missions?sort={sort}")).await.expect(200);
        let missions = page["missions"].as_array().unwrap();
        let shown: Vec<_> = missions.iter().map(|it| it["priority"].as_str().unwrap()).collect();
        assert_eq!(shown, expected, "{sort}");
    }
}
