//! People, projects and tokens that are asked for again because their answer never came.

use mission_control_identity::Role;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::app::{App, Got};
use crate::crowd::{Somebody, within};

const PASSWORD: &str = "correct horse battery";

async fn post(somebody: &Somebody<'_>, path: &str, key: &str, body: &Value) -> Got {
    somebody.say("POST", path, Some(("idempotency-key", key)), Some(body)).await
}

fn is_replayed(got: &Got) -> bool {
    got.header("idempotency-replayed") == Some("true")
}

/// The digest under this key in the records.
fn kept_digest(app: &App, key: &str) -> Vec<u8> {
    let database = rusqlite::Connection::open(app.database()).unwrap();
    let statement = include_str!("sql/digest_of_receipt.sql");
    database.query_row(statement, [key], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn whoever_asks_for_somebody_again_is_told_the_same_and_they_are_known_once() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    let maria = json!({"login": "maria", "password": PASSWORD, "role": "viewer"});
    let first = post(&root, "/api/users", "k-1", &maria).await;
    let again = post(&root, "/api/users", "k-1", &maria).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!((is_replayed(&first), is_replayed(&again)), (false, true));
    assert_eq!(first.body, again.body);
    assert_eq!(root.get("/api/users/maria").await.json()["user"], first.json()["user"]);
    // The same but for one word, and the same by another way.
    let other = json!({"login": "maria", "password": "another horse battery", "role": "viewer"});
    for (path, body) in [("/api/users", &other), ("/api/projects", &json!({"id": "dock"}))] {
        let got = post(&root, path, "k-1", body).await.refusal();
        assert_eq!(got, (422, "idempotency_key_reused".to_owned()), "{path}");
    }
    let taken = post(&root, "/api/users", "k-2", &maria).await.refusal();
    assert_eq!(taken, (409, "login_taken".to_owned()), "what is refused is refused");
    let olaf = json!({"login": "olaf"});
    assert_eq!(post(&root, "/api/users", "k-2", &olaf).await.status, 201, "and leaves the key");
    let malformed = post(&root, "/api/users", "", &olaf).await.refusal();
    assert_eq!(malformed, (400, "invalid_idempotency_key".to_owned()));
    assert_eq!(root.get("/api/users").await.expect(200)["total"], 3);
}

#[tokio::test]
async fn a_project_is_made_once_under_its_key() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    let body = json!({"id": "dock"});
    let first = post(&root, "/api/projects", "k-1", &body).await;
    let again = post(&root, "/api/projects", "k-1", &body).await;
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!((is_replayed(&first), is_replayed(&again)), (false, true));
    assert_eq!(root.get("/api/missions?project=dock").await.status, 200);
}

#[tokio::test]
async fn a_token_is_made_once_and_told_once() {
    let app = App::start().await;
    let maria = Somebody::new(&app, "maria", within("default", Role::Operator)).await;
    let olaf = Somebody::new(&app, "olaf", within("default", Role::Operator)).await;
    let body = json!({"name": "nightly", "role": "viewer", "project": "default"});
    let first = post(&maria, "/api/tokens", "k-1", &body).await;
    let again = post(&maria, "/api/tokens", "k-1", &body).await;
    assert_eq!((is_replayed(&first), is_replayed(&again)), (false, true));
    let (first, again) = (first.expect(201), again.expect(201));
    let token = first["token"].as_str().unwrap();
    assert_eq!(Somebody::bearer(&app, token).get("/api/missions").await.status, 200);
    assert_eq!((&again["token"], &again["api_token"]), (&Value::Null, &first["api_token"]));
    let of_another = post(&olaf, "/api/tokens", "k-1", &body).await;
    assert!(!is_replayed(&of_another) && of_another.expect(201)["token"] != first["token"]);
    assert_eq!(maria.get("/api/tokens").await.expect(200)["total"], 1);
    // Whoever may not make it any more is not told of it either.
    let path = "/api/users/maria";
    let root = Somebody::root(&app).await;
    root.patch(path, json!({"projects": {"default": null, "lab": "viewer"}})).await.expect(200);
    let maria = Somebody::again(&app, "maria").await;
    let late = post(&maria, "/api/tokens", "k-1", &body).await.refusal();
    assert_eq!(late, (422, "unknown_project".to_owned()));
}

#[tokio::test]
async fn from_what_is_kept_of_a_request_nobody_guesses_a_password() {
    let app = App::start().await;
    let root = Somebody::root(&app).await;
    let plain = |path: &str, body: &Value| {
        Sha256::digest(format!("POST\0{path}\0{body}").as_bytes()).to_vec()
    };
    let (mission, maria) = (json!({"title": "a"}), json!({"login": "maria", "password": PASSWORD}));
    for (path, key, body) in [("/api/missions", "k-1", &mission), ("/api/users", "k-2", &maria)] {
        assert_eq!(post(&root, path, key, body).await.status, 201);
    }
    assert_eq!(kept_digest(&app, "k-1"), plain("/api/missions", &mission), "so it is made");
    assert_ne!(kept_digest(&app, "k-2"), plain("/api/users", &maria), "but not of passwords");
}
