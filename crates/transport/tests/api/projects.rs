//! Projects and their members.

use mission_control_identity::{Grants, Role, TokenScope};
use serde_json::{Value, json};

use crate::app::{App, soon};
use crate::crowd::{Somebody, as_agent, masked, project, scope, within};

fn names(list: &Value) -> Vec<String> {
    let projects = list["projects"].as_array().unwrap().iter();
    projects
        .map(|it| format!("{} {}", it["id"].as_str().unwrap(), it["role"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_new_project_can_be_used_at_once() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    let mission = json!({"title": "a"});
    assert_eq!(root.post("/api/missions?project=dock", mission.clone()).await.status, 404);
    let made = root.post("/api/projects", json!({"id": "dock"})).await.expect(201);
    assert_eq!(
        (&made["project"]["id"], &made["project"]["role"]),
        (&json!("dock"), &json!("admin"))
    );
    root.post("/api/missions?project=dock", mission).await.expect(201);
    for (body, status, code) in [
        (json!({"id": "dock"}), 409, "project_taken"),
        (json!({"id": "default"}), 409, "project_taken"),
        (json!({"id": "No Name"}), 422, "invalid_project"),
        (json!({"id": "x".repeat(65)}), 422, "invalid_project"),
        (json!({}), 422, "missing_field"),
    ] {
        let got = root.post("/api/projects", body.clone()).await.refusal();
        assert_eq!(got, (status, code.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn a_project_that_another_server_has_made_is_found() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    assert_eq!(root.get("/api/missions?project=late").await.status, 404);
    app.stores.directory.add_project(&project("late")).await.unwrap();
    let found = async {
        while root.get("/api/missions?project=late").await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    soon("the project is found", found).await;
}

#[tokio::test]
async fn everybody_sees_the_projects_in_which_they_read_and_no_others() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    assert_eq!(names(&root.get("/api/projects").await.expect(200)), ["default admin", "lab admin"]);
    let both = Grants::everywhere(Role::Viewer).with_project(project("lab"), Some(Role::Operator));
    let auditor = Somebody::new(&app, "auditor", both).await;
    let seen = names(&auditor.get("/api/projects").await.expect(200));
    assert_eq!(seen, ["default viewer", "lab operator"]);
    let maria = Somebody::new(&app, "maria", within("lab", Role::Admin)).await;
    assert_eq!(names(&maria.get("/api/projects").await.expect(200)), ["lab admin"]);
    let nowhere = Somebody::new(&app, "nowhere", Grants::default()).await;
    assert_eq!(nowhere.get("/api/projects").await.expect(200)["total"], 0);
    let everywhere = TokenScope { role: Role::Agent, project: None, agent: None };
    for scope in [as_agent("atlas", "lab"), everywhere] {
        let agent = Somebody::program(&app, "root", scope).await;
        assert_eq!(agent.get("/api/projects").await.expect(200)["total"], 0);
    }
}

#[tokio::test]
async fn a_project_says_itself_who_belongs_to_it() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    let owner = Somebody::new(&app, "owner", within("lab", Role::Admin)).await;
    let elsewhere = within("default", Role::Operator);
    let maria = Somebody::new(&app, "maria", elsewhere).await;
    let path = "/api/projects/lab/members";
    let hers = format!("{path}/maria");
    root.put(&hers, json!({"role": "viewer"})).await.expect(200);
    let put = owner.put(&hers, json!({"role": "operator"})).await.expect(200);
    let expected = json!({"login": "maria", "name": "maria", "role": "operator",
        "everywhere": false, "disabled": false});
    assert_eq!(put["member"], expected);
    assert_eq!(maria.get("/api/missions?project=lab").await.status, 200, "her session holds");
    let list = owner.get(path).await.expect(200);
    let members = list["members"].as_array().unwrap().iter();
    let members: Vec<_> = members
        .map(|it| (it["login"].as_str().unwrap(), it["everywhere"].as_bool().unwrap()))
        .collect();
    assert_eq!(members, [("maria", false), ("owner", false), ("root", true)]);
    assert!(!list.to_string().contains("default"), "where else they belong is not told");
    assert_eq!(owner.delete(&hers).await.status, 204);
    assert_eq!(maria.get("/api/missions").await.status, 401, "her session has ended");
    let maria = Somebody::again(&app, "maria").await;
    assert_eq!(maria.get("/api/missions?project=lab").await.status, 404);
    assert_eq!(maria.get("/api/missions").await.status, 200, "what is elsewhere stays");
    assert_eq!(owner.delete(&hers).await.status, 404);
    let gone = owner.put(&hers, json!({"role": "viewer"})).await;
    assert_eq!(gone.status, 404, "whoever is gone is not seen any more");
}

#[tokio::test]
async fn people_are_brought_into_a_project_by_those_who_see_them() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    root.post("/api/projects", json!({"id": "dock"})).await.expect(201);
    let both = within("lab", Role::Admin).with_project(project("dock"), Some(Role::Admin));
    let reading = within("lab", Role::Admin).with_project(project("dock"), Some(Role::Operator));
    let owner = Somebody::new(&app, "owner", both).await;
    let reader = Somebody::new(&app, "reader", reading).await;
    Somebody::new(&app, "maria", within("dock", Role::Viewer)).await;
    let role = json!({"role": "viewer"});
    let path = "/api/projects/lab/members";
    let unknown = masked(&owner.put(&format!("{path}/nobody"), role.clone()).await);
    assert_eq!(unknown.0, 404);
    let hers = format!("{path}/maria");
    assert_eq!(masked(&reader.put(&hers, role.clone()).await), unknown, "they see no list there");
    owner.put(&hers, role.clone()).await.expect(200);
    reader.put(&hers, role).await.expect(200);
}

#[tokio::test]
async fn an_administrator_of_a_project_reaches_nothing_beyond_it() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    root.post("/api/projects", json!({"id": "dock"})).await.expect(201);
    let owner = Somebody::new(&app, "owner", within("lab", Role::Admin)).await;
    Somebody::new(&app, "maria", within("default", Role::Operator)).await;
    let put = async |path: &str, role: &str| owner.put(path, json!({"role": role})).await;
    let unknown = masked(&put("/api/projects/nowhere/members/maria", "viewer").await);
    assert_eq!(unknown.0, 404);
    for path in [
        "/api/projects/dock/members/maria",
        "/api/projects/default/members/maria",
        "/api/projects/lab/members/nobody",
        "/api/projects/lab/members/maria",
        "/api/projects/lab/members/No%20Login",
        "/api/projects/No%20Name/members/maria",
    ] {
        assert_eq!(masked(&put(path, "viewer").await), unknown, "{path}");
        assert_eq!(masked(&owner.delete(path).await), unknown, "{path}");
    }
    for name in ["dock", "default", "nowhere"] {
        let got = owner.get(&format!("/api/projects/{name}/members")).await;
        assert_eq!(masked(&got), unknown, "{name}");
    }
    let above = "/api/projects/lab/members/root";
    assert_eq!(put(above, "viewer").await.refusal(), (403, "beyond_your_role".to_owned()));
    Somebody::new(&app, "auditor", Grants::everywhere(Role::Viewer)).await;
    let got = put("/api/projects/lab/members/auditor", "viewer").await.refusal();
    assert_eq!(got, (403, "beyond_your_role".to_owned()), "a program of theirs would be lost");
    for role in ["agent", "owner", ""] {
        let got = put("/api/projects/lab/members/maria", role).await.refusal();
        assert_eq!(got, (422, "invalid_role".to_owned()), "{role}");
    }
    let body = json!({"role": "viewer", "projects": {"default": "admin"}});
    let got = owner.put("/api/projects/lab/members/maria", body).await.refusal();
    assert_eq!(got, (422, "unknown_field".to_owned()));
    let user = app.stores.directory.user(&"maria".parse().unwrap()).await.unwrap().unwrap().0;
    assert_eq!(user.grants, within("default", Role::Operator), "nothing has changed");
    root.put(above, json!({"role": "viewer"})).await.expect(200);
}

#[tokio::test]
async fn members_are_for_administrators_of_the_project_that_the_path_names() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let both = within("lab", Role::Operator).with_project(project("default"), Some(Role::Admin));
    let maria = Somebody::new(&app, "maria", both).await;
    let agent = Somebody::program(&app, "root", scope(Role::Agent, "lab")).await;
    for somebody in [&maria, &agent] {
        for path in ["/api/projects/lab/members", "/api/projects/lab/members?project=default"] {
            assert_eq!(somebody.get(path).await.status, 403, "{path}");
        }
        let got = somebody.put("/api/projects/lab/members/maria", json!({"role": "admin"})).await;
        assert_eq!(got.status, 403);
    }
    maria.get("/api/projects/default/members?project=lab").await.expect(200);
    assert_eq!(app.nobody().get("/api/projects/lab/members").await.status, 401);
}
