//! Who gets in where.

use mission_control_identity::{Access, Role};

use crate::app::App;

const ID: &str = "019126f4-5d40-7000-8000-000000000001";

#[tokio::test]
async fn every_route_lets_in_whom_the_table_says_and_nobody_else() {
    let app = App::start().await;
    let mut whole_process = Vec::new();
    for route in app.dispatcher.routes().iter() {
        let path = route.path().replace("{id}", ID);
        let needed = match route.access() {
            Access::Open => continue,
            Access::Project(needed) => needed,
            Access::Everywhere(Role::Viewer) => {
                whole_process.push(route.path());
                continue;
            }
            other => panic!("{}: {other:?} is for the process itself", route.path()),
        };
        let ask = async |caller: crate::app::Caller<'_>| {
            caller.open(route.method().as_str(), &path, &[], None).await.status().as_u16()
        };
        assert_eq!(ask(app.nobody()).await, 401, "{route:?}");
        let viewer = ask(app.viewer()).await;
        assert_eq!(viewer == 403, !Role::Viewer.covers(needed), "{route:?}: {viewer}");
        let operator = ask(app.operator()).await;
        assert_ne!(operator, 403, "{route:?}");
    }
    for path in whole_process {
        assert_eq!(app.nobody().get(path).await.status, 401, "{path}");
        assert_eq!(app.operator().get(path).await.status, 403, "{path}");
        assert_eq!(app.auditor().get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn an_agent_performs_missions_and_reads_nothing_else() {
    let app = App::start().await;
    let atlas = app.agent("atlas").await;
    for path in ["/api/missions", "/api/metrics", "/api/agents", "/api/live/stream"] {
        assert_eq!(atlas.caller.get(path).await.status, 403, "{path}");
    }
    assert_eq!(atlas.caller.act(ID, "cancel").await.status, 403);
    assert_eq!(atlas.caller.act(ID, "complete").await.status, 404);
}

#[tokio::test]
async fn health_is_open_and_says_nothing_else() {
    let app = App::start().await;
    let health = app.nobody().get("/api/health").await.expect(200);
    let members: Vec<_> = health.as_object().unwrap().keys().cloned().collect();
    let expected = ["mission_tracker", "production_monitor", "status", "timestamp", "uptime"];
    let mut sorted = members.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    assert_eq!((&health["status"], &health["mission_tracker"]), (&"healthy".into(), &true.into()));
    assert_eq!(app.nobody().get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_project_that_nobody_has_set_up_does_not_exist_for_anybody() {
    let app = App::start().await;
    let ask = async |caller: crate::app::Caller<'_>, project: &str| {
        let headers = [("x-project", project)];
        caller.send("GET", "/api/missions", &headers, None).await.status
    };
    for (project, status) in [("default", 200), ("lab", 200), ("nowhere", 404), ("No Name", 404)] {
        assert_eq!(ask(app.auditor(), project).await, status, "{project}");
    }
    assert_eq!(ask(app.viewer(), "lab").await, 404, "outside and absent look alike");
    let body = serde_json::json!({"title": "a"});
    let got = app.operator().post("/api/missions?project=nowhere", &body).await;
    assert_eq!(got.refusal(), (404, "not_found".to_owned()));
}
