//! Sessions and tokens on several servers: what is taken back on one is over on all.

use anyhow::{Context, Result};
use http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use http::{HeaderValue, Method, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::browser::{knock, sign_in, with_cookie_of};
use mission_control_tests::eventually;
use mission_control_tests::http::Client;
use mission_control_tests::live::LiveSocket;
use mission_control_tests::server::{ServerCommand, ServerProcess};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::house::LONG;

/// What replicas of one service share.
const KEY: &str = "a-secret-key-of-thirty-two-characters-and-more";
const PASSWORD: &str = "correct horse battery staple";
/// The session or the token is over.
const OVER: u16 = 4401;

/// Two servers on one database, and somebody called ada who may act.
struct Pair {
    here: ServerProcess,
    there: ServerProcess,
    _folders: [TempDir; 2],
    _database: PrivatePostgres,
}

impl Pair {
    async fn start() -> Result<Self> {
        let database = PrivatePostgres::start(Durability::Relaxed).await?;
        let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
        let start = async |folder: &TempDir| {
            let command = ServerCommand::new(folder.path())?
                .env("POSTGRES_DSN", database.dsn())
                .env("MISSION_DASHBOARD_SECRET_KEY", KEY);
            command.arg("--no-worker").start().await
        };
        let (here, there) = (start(&folders[0]).await?, start(&folders[1]).await?);
        let ada = json!({"login": "ada", "password": PASSWORD, "role": "operator"});
        let made = here.administrator().post("/api/users", &ada).await?;
        made.expect(StatusCode::CREATED)?;
        Ok(Self { here, there, _folders: folders, _database: database })
    }

    async fn ada(&self) -> Result<Client> {
        sign_in(&self.here.client(), &credentials(PASSWORD)).await
    }

    /// The same session or token, at the other server.
    fn there(&self, who: &Client) -> Result<Client> {
        let mut client = self.there.client();
        for name in [COOKIE, AUTHORIZATION] {
            if let Some(value) = who.header(&name) {
                client = client.with(name, value.clone());
            }
        }
        let origin = HeaderValue::try_from(client.base())?;
        Ok(client.with(ORIGIN, origin))
    }

    /// What `act` does here ends sockets and streams on both servers, and lets nobody in any more.
    async fn ends(&self, who: &Client, act: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
        let elsewhere = self.there(who)?;
        let mut open = Vec::new();
        for client in [who, &elsewhere] {
            let mut socket = LiveSocket::open(client, "topics=missions").await?;
            socket.entries(0).await?;
            let stream = client.request(Method::GET, "/api/live/stream?topics=missions");
            let mut stream = stream.events().await?;
            stream.next().await?.context("a greeting")?;
            open.push((socket, stream));
        }
        act().await?;
        for (mut socket, mut stream) in open {
            assert_eq!(socket.closed().await?, OVER);
            while stream.next().await?.is_some() {}
        }
        for client in [who, &elsewhere] {
            let reply = client.get("/api/missions").await?;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{}", client.base());
        }
        Ok(())
    }
}

fn credentials(password: &str) -> Value {
    json!({"user": "ada", "password": password})
}

async fn post(client: &Client, path: &str, body: &Value) -> Result<()> {
    let reply = client.post(path, body).await?;
    assert!(reply.status.is_success(), "{path}: {} {}", reply.status, reply.text());
    Ok(())
}

#[tokio::test]
async fn a_session_holds_on_every_server_and_ends_on_all_of_them() -> Result<()> {
    let pair = Pair::start().await?;
    let ada = pair.ada().await?;
    let elsewhere = pair.there(&ada)?;
    elsewhere.get("/api/missions").await?.expect(StatusCode::OK)?;
    let bystander = pair.ada().await?;
    pair.ends(&ada, async || post(&ada, "/api/logout", &json!({})).await).await?;
    bystander.get("/api/missions").await?.expect(StatusCode::OK)?;

    let (one, other) = (pair.ada().await?, pair.ada().await?);
    pair.ends(&one, async || post(&other, "/api/logout", &json!({"everywhere": true})).await)
        .await?;
    let gone = bystander.get("/api/missions").await?;
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn another_role_another_password_and_being_kept_out_end_every_session() -> Result<()> {
    let pair = Pair::start().await?;
    let admin = pair.there.administrator();
    let change = async |body: Value| {
        let call = admin.request(Method::PATCH, "/api/users/ada").json(&body);
        call.send().await?.expect(StatusCode::OK).map(|_| ())
    };
    let ada = pair.ada().await?;
    pair.ends(&ada, async || change(json!({"role": "viewer"})).await).await?;

    let (ada, other) = (pair.ada().await?, pair.ada().await?);
    let body =
        json!({"current_password": PASSWORD, "new_password": "another horse, another staple"});
    let mut changed = None;
    pair.ends(&other, async || {
        changed = Some(ada.post("/api/me/password", &body).await?);
        Ok(())
    })
    .await?;
    let changed = changed.context("an answer")?;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.text());
    let renewed = with_cookie_of(&pair.here.client(), &changed)?;
    assert_ne!(renewed.header(&COOKIE), ada.header(&COOKIE), "a new id");
    assert_eq!(ada.get("/api/me").await?.status, StatusCode::UNAUTHORIZED);
    let before = knock(&pair.there.client(), &credentials(PASSWORD)).await?;
    assert_eq!(before.expect(StatusCode::UNAUTHORIZED)?["code"], "wrong_credentials");

    pair.ends(&renewed, async || change(json!({"disabled": true})).await).await?;
    let body = credentials("another horse, another staple");
    let kept_out = knock(&pair.here.client(), &body).await?;
    assert_eq!(kept_out.expect(StatusCode::UNAUTHORIZED)?["code"], "wrong_credentials");
    Ok(())
}

#[tokio::test]
async fn one_session_is_found_in_the_list_and_ended_from_another() -> Result<()> {
    let pair = Pair::start().await?;
    let (lost, ada) = (pair.ada().await?, pair.ada().await?);
    let me = lost.get("/api/me").await?.expect(StatusCode::OK)?;
    let id = me["session"].as_str().context("the id of the session")?;
    let cookie = lost.header(&COOKIE).context("a cookie")?.to_str()?;
    assert!(!cookie.contains(id), "the id is no part of the secret");
    let list = ada.get("/api/me/sessions").await?.expect(StatusCode::OK)?;
    let sessions = list["sessions"].as_array().context("sessions")?;
    assert_eq!(sessions.len(), 2, "{list}");
    let current = sessions.iter().filter(|it| it["current"] == true).count();
    assert_eq!((current, sessions.iter().filter(|it| it["id"] == id).count()), (1, 1), "{list}");
    let path = format!("/api/me/sessions/{id}");
    pair.ends(&lost, async || {
        let reply = ada.request(Method::DELETE, &path).send().await?;
        assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.text());
        Ok(())
    })
    .await?;
    let again = ada.request(Method::DELETE, &path).send().await?;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    ada.get("/api/me").await?.expect(StatusCode::OK)?;
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_taken_back_is_over_everywhere_with_all_that_is_open_on_it() -> Result<()> {
    let pair = Pair::start().await?;
    let ada = pair.ada().await?;
    let made = ada.post("/api/tokens", &json!({"name": "script", "role": "viewer"})).await?;
    let made = made.expect(StatusCode::CREATED)?;
    let token = made["token"].as_str().context("a token")?;
    let id = made["api_token"]["id"].as_str().context("its id")?.to_owned();
    let bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
    let program = pair.here.client().with(AUTHORIZATION, bearer);
    let revoke = async || {
        let call = pair.there(&ada)?;
        let reply = call.request(Method::DELETE, &format!("/api/tokens/{id}")).send().await?;
        assert!(reply.status.is_success(), "{}", reply.text());
        Ok(())
    };
    // A session that was begun with it is over with it.
    let signed_in = sign_in(&pair.here.client(), &json!({"token": token})).await?;
    signed_in.get("/api/missions").await?.expect(StatusCode::OK)?;
    pair.ends(&program, revoke).await?;
    eventually("its sessions are over", LONG, async || {
        let status = signed_in.get("/api/missions").await.map(|reply| reply.status);
        match status {
            Ok(StatusCode::UNAUTHORIZED) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    Ok(())
}

#[tokio::test]
async fn a_token_lets_nobody_do_what_its_maker_may_no_longer() -> Result<()> {
    let pair = Pair::start().await?;
    let ada = pair.ada().await?;
    let made = ada.post("/api/tokens", &json!({"name": "script", "role": "operator"})).await?;
    let made = made.expect(StatusCode::CREATED)?;
    let token = made["token"].as_str().context("a token")?;
    let bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
    let program = pair.here.client().with(AUTHORIZATION, bearer);
    let admin = pair.there.administrator();
    pair.ends(&program, async || {
        let call = admin.request(Method::PATCH, "/api/users/ada").json(&json!({"role": "viewer"}));
        call.send().await?.expect(StatusCode::OK).map(|_| ())
    })
    .await
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_the_host_and_never_sent_without() -> Result<()> {
    let house = crate::house::House::new()?;
    let control = house.start_with(&["--no-worker", "--allowed-hosts=app.test"]).await?;
    let ada = json!({"login": "ada", "password": PASSWORD, "role": "viewer"});
    control.admin.post("/api/users", &ada).await?.expect(StatusCode::CREATED)?;
    let client = control.server.client();
    let enter = async |origin: &str, host: &str| {
        let call = client.request(Method::POST, "/api/login");
        let call = call.header("origin", origin).header("host", host);
        let reply = call.json(&credentials(PASSWORD)).send().await?;
        anyhow::Ok(reply.header("set-cookie").context("a cookie")?.to_owned())
    };
    let plain = enter(client.base(), client.base().trim_start_matches("http://")).await?;
    assert!(!plain.contains("Secure") && !plain.contains("__Host-"), "{plain}");
    let secure = enter("https://app.test", "app.test").await?;
    assert!(secure.starts_with("__Host-mission-control-"), "{secure}");
    for word in ["; Path=/;", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
        assert!(secure.contains(word), "{secure}");
    }
    let pair = secure.split(';').next().context("its name and value")?.to_owned();
    let call = client.request(Method::GET, "/api/me").header("host", "app.test");
    call.header("cookie", &pair).send().await?.expect(StatusCode::OK)?;
    Ok(())
}
