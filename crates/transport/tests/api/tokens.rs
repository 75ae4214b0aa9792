//! Tokens that people make for programs.

use std::sync::Arc;

use mission_control_identity::{
    ApiToken, Grants, NewToken, Outcome, PrincipalId, Role, TokenId, TokenScope,
};
use mission_control_kernel::{SystemClock, Text};
use mission_control_transport::auth::{digest, mint};
use serde_json::json;

use crate::app::{ADMIN_TOKEN, App};
use crate::crowd::{Somebody, as_agent, masked, project, scope, within};

/// The tokens that were made in a test, without those of the personas.
async fn made(app: &App) -> Vec<ApiToken> {
    let mut tokens = app.stores.directory.tokens(None).await.unwrap();
    tokens.retain(|token| !token.owner.is_of_settings());
    tokens
}

#[tokio::test]
async fn a_token_is_shown_once_lets_in_and_is_taken_back() {
    let app = App::start().await;
    let maria = Somebody::new(&app, "maria", within("default", Role::Operator)).await;
    let body =
        json!({"name": "nightly", "role": "viewer", "project": "default", "expires_in": 3600});
    let made = maria.post("/api/tokens", body).await.expect(201);
    let token = made["token"].as_str().unwrap().to_owned();
    let shown = &made["api_token"];
    assert!(token.starts_with("mc_") && token.starts_with(shown["hint"].as_str().unwrap()));
    for (member, value) in [
        ("name", json!("nightly")),
        ("owner", json!("maria")),
        ("role", json!("viewer")),
        ("project", json!("default")),
        ("agent", json!(null)),
        ("last_used_at", json!(null)),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    let program = Somebody::bearer(&app, &token);
    assert_eq!(program.get("/api/missions").await.status, 200);
    assert_eq!(program.post("/api/missions", json!({"title": "a"})).await.status, 403);
    let list = maria.get("/api/tokens").await;
    let text = String::from_utf8(list.body.to_vec()).unwrap();
    assert!(!text.contains(&token) && !text.contains("digest"), "{text}");
    let listed = &list.json()["tokens"];
    assert_eq!((&listed[0]["id"], listed.as_array().unwrap().len()), (&shown["id"], 1));
    let path = format!("/api/tokens/{}", shown["id"].as_str().unwrap());
    assert_eq!(maria.delete(&path).await.status, 204);
    assert_eq!(program.get("/api/missions").await.status, 401, "at once");
    assert_eq!(maria.delete(&path).await.status, 404);
    assert_eq!(maria.get("/api/tokens").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn nobody_makes_a_token_that_may_do_more_than_they_may() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let maria = Somebody::new(&app, "maria", within("lab", Role::Operator)).await;
    let viewer = Somebody::new(&app, "viewer", within("lab", Role::Viewer)).await;
    let ask = async |somebody: &Somebody<'_>, role: &str, project: Option<&str>| {
        let body = json!({"name": "a", "role": role, "project": project});
        somebody.post("/api/tokens", body).await
    };
    for role in ["viewer", "operator", "agent"] {
        assert_eq!(ask(&maria, role, Some("lab")).await.status, 201, "{role}");
    }
    let beyond = (403, "beyond_your_role".to_owned());
    assert_eq!(ask(&maria, "admin", Some("lab")).await.refusal(), beyond);
    assert_eq!(ask(&viewer, "agent", Some("lab")).await.refusal(), beyond);
    for role in ["agent", "viewer", "admin"] {
        assert_eq!(ask(&maria, role, None).await.refusal(), beyond, "{role} everywhere");
    }
    let unknown = ask(&maria, "viewer", Some("nowhere")).await;
    assert_eq!(unknown.refusal(), (422, "unknown_project".to_owned()));
    let outside = ask(&maria, "viewer", Some("default")).await;
    assert_eq!(masked(&outside), masked(&unknown), "what is outside does not exist");
    assert_eq!(made(&app).await.len(), 3);
}

#[tokio::test]
async fn a_token_never_does_more_than_its_maker_may_now() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    Somebody::new(&app, "maria", Grants::everywhere(Role::Operator)).await;
    let everywhere = TokenScope { role: Role::Operator, project: None, agent: None };
    let program = Somebody::program(&app, "maria", everywhere).await;
    let mission = json!({"title": "a"});
    program.post("/api/missions?project=lab", mission.clone()).await.expect(201);
    let edit = json!({"projects": {"lab": "viewer"}});
    root.patch("/api/users/maria", edit).await.expect(200);
    assert_eq!(program.post("/api/missions?project=lab", mission.clone()).await.status, 403);
    program.get("/api/missions?project=lab").await.expect(200);
    program.post("/api/missions", mission).await.expect(201);
    root.patch("/api/users/maria", json!({"role": "viewer"})).await.expect(200);
    assert_eq!(program.get("/api/missions").await.status, 401);
}

#[tokio::test]
async fn tokens_are_made_by_people_alone() {
    let app = App::start().await;
    Somebody::root(&app).await;
    let everything = TokenScope { role: Role::Admin, project: None, agent: None };
    let program = Somebody::program(&app, "root", everything).await;
    let body = json!({"name": "a", "role": "viewer"});
    let got = program.post("/api/tokens", body.clone()).await.refusal();
    assert_eq!(got, (403, "people_alone".to_owned()));
    let all = program.get("/api/tokens?all=true").await.expect(200);
    let owners = all["tokens"].as_array().unwrap().iter().map(|it| &it["owner"]);
    assert_eq!(owners.filter(|owner| **owner == "root").count(), 1);
    for scope in [as_agent("atlas", "default"), scope(Role::Agent, "default")] {
        let agent = Somebody::program(&app, "root", scope).await;
        let id = "0".repeat(32);
        for got in [
            agent.post("/api/tokens", body.clone()).await,
            agent.get("/api/tokens").await,
            agent.get("/api/tokens?all=true").await,
            agent.delete(&format!("/api/tokens/{id}")).await,
        ] {
            assert_eq!(got.refusal(), (403, "forbidden".to_owned()));
        }
    }
    assert_eq!(app.nobody().get("/api/tokens").await.status, 401);
    assert_eq!(made(&app).await.len(), 3);
}

#[tokio::test]
async fn where_nobody_is_asked_who_they_are_nobody_makes_tokens() {
    let app = App::start_at(Arc::new(SystemClock), |it| it.open_to_everybody(true)).await;
    let body = json!({"name": "a", "role": "viewer"});
    for caller in [app.nobody(), app.operator()] {
        let got = caller.post("/api/tokens", &body).await.refusal();
        assert_eq!(got, (403, "people_alone".to_owned()));
        assert_eq!(caller.get("/api/tokens").await.expect(200)["total"], 0);
    }
    assert_eq!(made(&app).await, []);
}

#[tokio::test]
async fn a_token_of_former_settings_is_told_from_those_that_let_somebody_in() {
    let app = App::start().await;
    let settings = Somebody::bearer(&app, ADMIN_TOKEN);
    let made = settings.post("/api/tokens", json!({"name": "now", "role": "viewer"})).await;
    assert_eq!(made.expect(201)["api_token"]["orphaned"], false);
    let former = mint();
    let token = NewToken {
        id: TokenId::new(7),
        digest: former.digest,
        hint: former.hint,
        name: Text::parse("before").unwrap(),
        owner: PrincipalId::of_settings(&digest("the token that the settings had before")),
        scope: scope(Role::Admin, "default"),
        expires_at: None,
    };
    assert_eq!(app.stores.directory.add_token(token).await.unwrap(), Outcome::Done);
    let root = Somebody::root(&app).await;
    root.post("/api/tokens", json!({"name": "own", "role": "viewer"})).await.expect(201);
    let listed = root.get("/api/tokens?all=true").await.expect(200);
    let listed = listed["tokens"].as_array().unwrap();
    let orphaned =
        |name: &str| listed.iter().find(|it| it["name"] == name).map(|it| it["orphaned"].clone());
    for (name, expected) in [("now", false), ("before", true), ("own", false)] {
        assert_eq!(orphaned(name), Some(json!(expected)), "{name}");
    }
    let program = Somebody::bearer(&app, former.token.expose());
    assert_eq!(program.get("/api/missions").await.status, 401, "as it is told");
}

#[tokio::test]
async fn what_the_settings_made_is_theirs_and_names_no_token_of_theirs() {
    let app = App::start().await;
    let settings = Somebody::bearer(&app, ADMIN_TOKEN);
    let root = Somebody::root(&app).await;
    let body = json!({"name": "a", "role": "admin"});
    let made = settings.post("/api/tokens", body).await.expect(201);
    assert_eq!(made["api_token"]["owner"], "settings:admin");
    let listed = settings.get("/api/tokens").await.expect(200);
    assert_eq!(listed["tokens"][0]["id"], made["api_token"]["id"]);
    assert_eq!(root.get("/api/tokens").await.expect(200)["total"], 0, "a person has their own");
    // Also where there is a person whose login is the name of the settings' administrator.
    let admin = Somebody::new(&app, "admin", within("default", Role::Viewer)).await;
    assert_eq!(admin.get("/api/tokens").await.expect(200)["total"], 0);
    let program = Somebody::bearer(&app, made["token"].as_str().unwrap());
    assert_eq!(program.get("/api/users").await.status, 200, "who may do less than it does");
    let path = format!("/api/tokens/{}", made["api_token"]["id"].as_str().unwrap());
    assert_eq!(admin.delete(&path).await.status, 404);
    assert_eq!(settings.delete(&path).await.status, 204);
    assert_eq!(program.get("/api/users").await.status, 401);
}

#[tokio::test]
async fn somebody_elses_tokens_are_not_there() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    let maria = Somebody::new(&app, "maria", within("lab", Role::Admin)).await;
    let olaf = Somebody::new(&app, "olaf", within("lab", Role::Admin)).await;
    let body = json!({"name": "a", "role": "viewer", "project": "lab"});
    let made = maria.post("/api/tokens", body).await.expect(201);
    let path = format!("/api/tokens/{}", made["api_token"]["id"].as_str().unwrap());
    let unknown = masked(&olaf.delete(&format!("/api/tokens/{}", "0".repeat(32))).await);
    assert_eq!(unknown.0, 404);
    assert_eq!(masked(&olaf.delete(&path).await), unknown);
    assert_eq!(masked(&olaf.delete("/api/tokens/no-id").await), unknown);
    assert_eq!(olaf.get("/api/tokens").await.expect(200)["total"], 0);
    let got = olaf.get("/api/tokens?all=true").await.refusal();
    assert_eq!(got, (403, "forbidden".to_owned()));
    let program = Somebody::bearer(&app, made["token"].as_str().unwrap());
    assert_eq!(program.get("/api/missions").await.status, 200, "and it still counts");
    let all = root.get("/api/tokens?all=true").await.expect(200);
    let newest = &all["tokens"][0]["id"];
    assert_eq!(*newest, made["api_token"]["id"], "newest first, whoever made it");
    assert_eq!(root.delete(&path).await.status, 204);
    assert_eq!(program.get("/api/missions").await.status, 401);
}

#[tokio::test]
async fn a_wrong_wish_is_refused_by_its_field() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    for (body, status, code, field) in [
        (json!({"role": "viewer"}), 422, "missing_field", "name"),
        (json!({"name": "a", "role": "root"}), 422, "invalid_role", "role"),
        (json!({"name": "", "role": "viewer"}), 422, "too_short", "name"),
        (json!({"name": "a", "role": "viewer", "agent": "atlas"}), 422, "not_alone", "agent"),
        (
            json!({"name": "a", "role": "viewer", "expires_in": 5}),
            422,
            "out_of_range",
            "expires_in",
        ),
        (
            json!({"name": "a", "role": "viewer", "token": "mc_mine"}),
            422,
            "read_only_field",
            "token",
        ),
        (json!({"name": "a", "role": "viewer", "scopes": []}), 422, "read_only_field", "scopes"),
        (json!({"name": "a", "role": "viewer", "more": 1}), 422, "unknown_field", "more"),
    ] {
        let got = root.post("/api/tokens", body.clone()).await.expect(status);
        assert_eq!(
            (&got["code"], &got["errors"][0]["field"]),
            (&json!(code), &json!(field)),
            "{body}"
        );
    }
    assert_eq!(made(&app).await, []);
    let unseen = Somebody::new(&app, "unseen", Grants::default()).await;
    let body = json!({"name": "a", "role": "viewer", "project": "lab"});
    assert_eq!(unseen.post("/api/tokens", body).await.refusal().1, "unknown_project");
    assert!(
        app.stores.directory.projects().await.unwrap().iter().any(|it| it.id == project("lab"))
    );
}
