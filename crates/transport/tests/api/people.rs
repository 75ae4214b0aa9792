//! People, made known and changed by an administrator of everything.

use mission_control_identity::{Grants, Role};
use serde_json::json;

use crate::app::App;
use crate::crowd::{Somebody, as_agent, project, scope, within};

#[tokio::test]
async fn people_are_made_known_read_and_changed() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    let body = json!({"login": "maria", "name": "Maria", "password": "correct horse battery",
        "projects": {"lab": "admin", "default": null}});
    let made = root.post("/api/users", body).await;
    let user = made.expect(201)["user"].clone();
    assert_eq!(made.header("location"), Some("/api/users/maria"));
    for (member, value) in [
        ("login", json!("maria")),
        ("name", json!("Maria")),
        ("role", json!(null)),
        ("projects", json!({"lab": "admin"})),
        ("disabled", json!(false)),
        ("has_password", json!(true)),
    ] {
        assert_eq!(user[member], value, "{member}");
    }
    assert_eq!(root.get("/api/users/maria").await.expect(200)["user"], user);
    let edit = json!({"role": "viewer", "projects": {"lab": null, "default": "operator"}});
    let user = root.patch("/api/users/maria", edit).await.expect(200)["user"].clone();
    assert_eq!(
        (&user["role"], &user["projects"]),
        (&json!("viewer"), &json!({"default": "operator"}))
    );
    let edit = json!({"role": null, "name": "M."});
    let user = root.patch("/api/users/maria", edit).await.expect(200)["user"].clone();
    assert_eq!((&user["role"], &user["name"]), (&json!(null), &json!("M.")));
    assert_eq!(user["projects"], json!({"default": "operator"}));
    let all = root.get("/api/users").await;
    let text = String::from_utf8(all.body.to_vec()).unwrap();
    assert!(!text.contains("argon2") && !text.contains("horse"), "{text}");
    let all = all.expect(200);
    let logins: Vec<_> = all["users"].as_array().unwrap().iter().map(|it| &it["login"]).collect();
    assert_eq!((logins, &all["total"]), (vec![&json!("maria"), &json!("root")], &json!(2)));
}

#[tokio::test]
async fn what_cannot_be_said_of_somebody_is_refused_and_changes_nothing() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    let before = root.get("/api/users").await.expect(200)["users"].clone();
    let long = "x".repeat(1_025);
    for (body, status, code) in [
        (json!({"login": "root"}), 409, "login_taken"),
        (json!({"login": "Maria"}), 422, "invalid_login"),
        (json!({"login": "token:7"}), 422, "invalid_login"),
        (json!({"name": "Maria"}), 422, "missing_field"),
        (json!({"login": "maria", "role": "agent"}), 422, "invalid_role"),
        (json!({"login": "maria", "projects": {"nowhere": "viewer"}}), 422, "unknown_project"),
        (json!({"login": "maria", "projects": {"lab": "root"}}), 422, "invalid_role"),
        (json!({"login": "maria", "password": "too short"}), 422, "too_short"),
        (json!({"login": "maria", "password": long}), 422, "too_large"),
        (json!({"login": "maria", "password": "with a \u{0} in it"}), 422, "control_character"),
        (json!({"login": "maria", "disabled": true}), 422, "read_only_field"),
        (json!({"login": "maria", "is_admin": true}), 422, "unknown_field"),
    ] {
        let got = root.post("/api/users", body.clone()).await.refusal();
        assert_eq!(got, (status, code.to_owned()), "{body}");
    }
    for (body, code) in [
        (json!({"role": "owner"}), "invalid_role"),
        (json!({"projects": {"nowhere": "viewer"}}), "unknown_project"),
        (json!({"login": "other"}), "read_only_field"),
        (json!({"name": null}), "wrong_type"),
    ] {
        let got = root.patch("/api/users/root", body.clone()).await.refusal();
        assert_eq!(got, (422, code.to_owned()), "{body}");
    }
    let unknown = root.patch("/api/users/nobody", json!({"disabled": true})).await;
    assert_eq!(unknown.refusal(), (404, "not_found".to_owned()));
    assert_eq!(root.get("/api/users").await.expect(200)["users"], before);
}

#[tokio::test]
async fn the_last_who_can_administer_everything_stays() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    for body in [json!({"disabled": true}), json!({"role": null}), json!({"role": "operator"})] {
        let got = root.patch("/api/users/root", body.clone()).await.refusal();
        assert_eq!(got, (409, "last_administrator".to_owned()), "{body}");
    }
    let second = json!({"login": "second", "role": "admin", "password": "correct horse battery"});
    root.post("/api/users", second).await.expect(201);
    root.patch("/api/users/root", json!({"role": "viewer"})).await.expect(200);
    assert_eq!(root.get("/api/users").await.status, 401, "what the session was begun with is gone");
    let demoted = Somebody::again(&app, "root").await;
    assert_eq!(demoted.get("/api/users").await.status, 403);
}

#[tokio::test]
async fn whoever_loses_something_loses_it_at_once() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    let edits = [
        (json!({"projects": {"default": "viewer"}}), 401, 401),
        (json!({"projects": {"default": null}}), 401, 401),
        (json!({"password": "correct horse battery"}), 401, 200),
        (json!({"disabled": true}), 401, 401),
        (json!({"name": "Another"}), 200, 200),
    ];
    for (n, (edit, session, token)) in edits.into_iter().enumerate() {
        let login = format!("maria{n}");
        let maria = Somebody::new(&app, &login, within("default", Role::Operator)).await;
        let program = Somebody::program(&app, &login, scope(Role::Operator, "default")).await;
        for somebody in [&maria, &program] {
            assert_eq!(somebody.get("/api/missions").await.status, 200, "{edit}");
        }
        root.patch(&format!("/api/users/{login}"), edit.clone()).await.expect(200);
        assert_eq!(maria.get("/api/missions").await.status, session, "{edit}");
        assert_eq!(program.get("/api/missions").await.status, token, "{edit}");
    }
    let back = root.patch("/api/users/maria3", json!({"disabled": false})).await;
    assert_eq!(back.expect(200)["user"]["disabled"], false);
    let again = Somebody::again(&app, "maria3").await;
    assert_eq!(again.get("/api/tokens").await.expect(200)["tokens"], json!([]), "gone for good");
}

#[tokio::test]
async fn people_are_for_administrators_of_everything() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let owner = Somebody::new(&app, "owner", within("lab", Role::Admin)).await;
    let auditor = Somebody::new(&app, "auditor", Grants::everywhere(Role::Viewer)).await;
    let operator = Somebody::new(&app, "operator", Grants::everywhere(Role::Operator)).await;
    let agent = Somebody::program(&app, "root", as_agent("atlas", "lab")).await;
    let program = Somebody::program(&app, "root", scope(Role::Admin, "lab")).await;
    for somebody in [&owner, &auditor, &operator, &agent, &program] {
        let new = json!({"login": "maria", "role": "admin"});
        for got in [
            somebody.get("/api/users").await,
            somebody.get("/api/users/root").await,
            somebody.get("/api/users/nobody").await,
            somebody.post("/api/users", new).await,
            somebody.patch("/api/users/owner", json!({"role": "admin"})).await,
            somebody.post("/api/projects", json!({"id": "mine"})).await,
        ] {
            assert_eq!(got.refusal(), (403, "forbidden".to_owned()));
        }
    }
    assert_eq!(app.nobody().get("/api/users").await.status, 401);
    let users = app.stores.directory.users().await.unwrap();
    assert_eq!(users.len(), 4);
    assert!(users.iter().all(|user| user.login.as_str() == "root" || !user.is_administrator()));
    assert!(
        !app.stores.directory.projects().await.unwrap().iter().any(|it| it.id == project("mine"))
    );
}
