//! Who gets in where.

use mission_control_identity::{Access, Role};

use crate::app::App;
use crate::crowd::Somebody;

const ID: &str = "019126f4-5d40-7000-8000-000000000001";

#[tokio::test]
async fn every_route_lets_in_whom_the_table_says_and_nobody_else() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    for route in app.dispatcher.routes().iter() {
        let (path, method) = (route.path(), route.method().as_str());
        let path = path.replace("{id}", ID).replace("{project}", "default");
        let path = path.replace("{login}", "nobody").replace("{name}", "none");
        let ask = async |caller: crate::app::Caller<'_>| {
            caller.open(method, &path, &[], None).await.status().as_u16()
        };
        let [viewer, operator] = match route.access() {
            Access::Open => continue,
            // Whom it lets in: everybody. Some of them it refuses by what they are.
            Access::Known => {
                assert_eq!(ask(app.nobody()).await, 401, "{route:?}");
                continue;
            }
            Access::Project(needed) => [Role::Viewer.covers(needed), Role::Operator.covers(needed)],
            Access::Everywhere(_) => [false, false],
            Access::Denied => panic!("{route:?} is of no use to anybody"),
        };
        assert_eq!(ask(app.nobody()).await, 401, "{route:?}");
        for (caller, may) in [(app.viewer(), viewer), (app.operator(), operator)] {
            let status = ask(caller).await;
            assert_eq!(status != 403, may, "{route:?}: {status}");
        }
        if let Access::Everywhere(needed) = route.access() {
            let may = Role::Viewer.covers(needed);
            assert_eq!(ask(app.auditor()).await != 403, may, "{route:?}");
            assert_ne!(root.open(method, &path).await, 403, "{route:?}");
        }
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
