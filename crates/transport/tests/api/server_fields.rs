//! What only the server sets is refused wherever it is sent (security.md, S08).

use http::Method;
use mission_control_identity::Role;
use mission_control_transport::http::BodyKind;
use mission_control_wire::sample;
use serde_json::{Value, json};

use crate::app::App;
use crate::crowd::{Somebody, masked, within};

/// What somebody who wants to be more than they are would send along.
const FIELDS: [&str; 15] = [
    "id",
    "state",
    "status",
    "attempt",
    "project_id",
    "created_by",
    "created_at",
    "cost",
    "scopes",
    "seq",
    "revision",
    "owner",
    "principal",
    "is_admin",
    "has_password",
];
/// Of these some routes ask.
const ASKED: [(&str, &str); 3] = [("lease_id", "1"), ("role", "\"admin\""), ("project", "\"lab\"")];

/// What stands in the records.
async fn picture(app: &App, root: &Somebody<'_>) -> Vec<Value> {
    let mut picture = Vec::new();
    for project in ["default", "lab"] {
        for path in ["/api/missions", "/api/agents", "/api/workflows", "/api/runs"] {
            let (status, body) = masked(&root.get(&format!("{path}?project={project}")).await);
            assert_eq!(status, 200);
            picture.push(body);
        }
    }
    let directory = &app.stores.directory;
    picture.push(json!(format!("{:?}", directory.users().await.unwrap())));
    picture.push(json!(format!("{:?}", directory.projects().await.unwrap())));
    let tokens = directory.tokens(None).await.unwrap();
    let ids: Vec<_> = tokens.iter().map(|token| format!("{:?}", token.id)).collect();
    picture.push(json!(ids));
    picture
}

#[tokio::test]
async fn what_only_the_server_sets_is_refused_on_every_write_and_changes_nothing() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    Somebody::new(&app, "maria", within("lab", Role::Viewer)).await;
    let mission = app.operator().create(&json!({"title": "a"})).await;
    let agent = app.agent("atlas").await.id;
    let flow = json!({"name": "flow", "steps": [{"key": "a", "kind": "external"}]});
    root.post("/api/workflows", flow).await.expect(201);
    let run = root.post("/api/workflows/flow/runs", json!({})).await.expect(201)["run_id"].clone();
    let run = run.as_str().unwrap().to_owned();
    let before = picture(&app, &root).await;
    let mut cells = 0;
    for route in app.dispatcher.routes().iter() {
        let session = matches!(route.operation(), "login" | "logout");
        if *route.method() == Method::GET || route.body_kind() == BodyKind::None || session {
            continue;
        }
        let id = match route.path() {
            path if path.contains("/agents/") => &agent,
            path if path.contains("/runs/") => &run,
            _ => &mission,
        };
        let path = route.path().replace("{id}", id).replace("{project}", "lab");
        let path = path.replace("{login}", "maria").replace("{name}", "flow");
        let path = path.replace("{kind}", "survey");
        let sent: Value = sample::request(route.operation())
            .map_or(json!({}), |text| serde_json::from_str(text).unwrap());
        let others = FIELDS.map(|field| (field, json!("root")));
        let asked = ASKED.map(|(field, value)| (field, serde_json::from_str(value).unwrap()));
        for (field, value) in others.into_iter().chain(asked) {
            let mut body = sent.clone();
            if body.get(field).is_some() || is_asked(route.operation(), field) {
                continue;
            }
            body[field] = value;
            let edits = [Method::PATCH, Method::PUT].contains(route.method());
            let etag = edits.then_some(("if-match", "*"));
            let got = root.say(route.method().as_str(), &path, etag, Some(&body)).await;
            let problem = got.expect(422);
            let named = problem["errors"].as_array().into_iter().flatten();
            let refused = named.filter(|error| error["field"] == field).any(|error| {
                error["code"] == "unknown_field" || error["code"] == "read_only_field"
            });
            assert!(refused, "{route:?} {field}: {problem}");
            cells += 1;
        }
    }
    assert!(cells > 400, "{cells}");
    assert_eq!(picture(&app, &root).await, before);
}

/// Members that the operation has although its example shows it without.
fn is_asked(operation: &str, field: &str) -> bool {
    match field {
        "lease_id" => matches!(
            operation,
            "progress_mission" | "complete_mission" | "fail_mission" | "append_logs"
        ),
        "role" => matches!(operation, "create_user" | "edit_user"),
        _ => false,
    }
}
