//! What somebody signs in with is nowhere but where it belongs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use http::{HeaderValue, Method, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::browser::{knock, sign_in};
use mission_control_tests::eventually;
use mission_control_tests::http::{Client, Reply};
use mission_control_tests::server::{ADMIN_TOKEN, ServerCommand, ServerProcess};
use serde_json::{Value, json};

use crate::house::{House, LONG};

const PASSWORD: &str = "canary-of-ada: correct horse";
const NEXT: &str = "canary-of-ada: another horse";
const MISTYPED: &str = "canary-of-a-stranger: wrong horse";
const OF_BOB: &str = "canary-of-bob: a horse under a key";
const KEY: &str = "canary-key-of-the-service-of-thirty-two-characters";

/// Everything that was answered, for a look through it at the end, and what must not be in it.
#[derive(Default)]
struct Answers {
    texts: Vec<String>,
    canaries: Vec<String>,
}

impl Answers {
    /// The text of an answer, headers included but for the one that is meant for its reader alone.
    fn take(&mut self, reply: &Reply) {
        let headers = reply.headers.iter().filter(|(name, _)| *name != http::header::SET_COOKIE);
        self.texts.push(format!("{:?} {}", headers.collect::<Vec<_>>(), reply.text()));
    }

    async fn post(&mut self, client: &Client, path: &str, body: &Value) -> Result<StatusCode> {
        let reply = client.post(path, body).await?;
        self.take(&reply);
        Ok(reply.status)
    }

    /// What every program and every person does with a secret of theirs, rightly and wrongly.
    async fn live(&mut self, server: &ServerProcess) -> Result<()> {
        let (client, admin) = (server.client(), server.administrator());
        let ada = json!({"login": "ada", "password": PASSWORD, "role": "operator"});
        assert_eq!(self.post(&admin, "/api/users", &ada).await?, StatusCode::CREATED);
        let bob = json!({"login": "bob", "password": OF_BOB, "role": "viewer"});
        for _ in 0..2 {
            self.take(&under_a_key(&admin, "/api/users", &bob).await?);
        }
        let ada = sign_in(&client, &json!({"user": "ada", "password": PASSWORD})).await?;
        let cookie = ada.header(&COOKIE).context("a cookie")?.to_str()?.to_owned();
        let secret = cookie.split('=').nth(1).context("its value")?.to_owned();
        let wish = json!({"name": "script", "role": "viewer"});
        let made = under_a_key(&ada, "/api/tokens", &wish).await?.expect(StatusCode::CREATED)?;
        let token = made["token"].as_str().context("a token")?.to_owned();
        let again = under_a_key(&ada, "/api/tokens", &wish).await?;
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        self.take(&again);
        let bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
        let program = client.with(AUTHORIZATION, bearer);
        for path in ["/api/me", "/api/missions?cursor=none", "/api/tokens", "/nowhere"] {
            for somebody in [&ada, &program, &admin] {
                self.take(&somebody.get(path).await?);
            }
        }
        for path in ["/metrics", "/api/openapi.json", "/api/users", "/api/tokens?all=true"] {
            self.take(&admin.get(path).await?);
        }
        self.mistype(&client, &ada, &secret).await?;
        self.canaries.extend([secret, token]);
        self.canaries
            .extend([PASSWORD, NEXT, MISTYPED, OF_BOB, KEY, ADMIN_TOKEN].map(str::to_owned));
        Ok(())
    }

    /// Wrong in every place where one is typed.
    async fn mistype(&mut self, client: &Client, ada: &Client, secret: &str) -> Result<()> {
        for body in [
            json!({"user": "ada", "password": MISTYPED}),
            json!({"user": MISTYPED, "password": MISTYPED}),
            json!({"token": MISTYPED}),
            json!({"code": MISTYPED}),
            json!({"user": "ada", "password": [MISTYPED]}),
            json!({"user": "ada", "password": format!("{MISTYPED}\u{0}")}),
            json!({"user": "ada", "password": MISTYPED.repeat(50)}),
            json!({"user": "ada", "password": MISTYPED, "token": MISTYPED}),
        ] {
            self.take(&knock(client, &body).await?);
        }
        let bearer = HeaderValue::try_from(format!("Bearer {secret}"))?;
        self.take(&client.with(AUTHORIZATION, bearer).get("/api/missions").await?);
        let wrong = json!({"current_password": MISTYPED, "new_password": NEXT});
        assert_eq!(self.post(ada, "/api/me/password", &wrong).await?, StatusCode::UNAUTHORIZED);
        let right = json!({"current_password": PASSWORD, "new_password": NEXT});
        assert_eq!(self.post(ada, "/api/me/password", &right).await?, StatusCode::NO_CONTENT);
        let raw = ada.request(Method::POST, "/api/login").header(ORIGIN.as_str(), client.base());
        let raw = raw.header("content-type", "application/json");
        self.take(&raw.bytes(format!("{{\"password\": \"{MISTYPED}")).send().await?);
        Ok(())
    }

    /// Fails where any of them is shown in any of these places.
    fn are_nowhere(&self, places: &[(String, Vec<u8>)]) -> Result<()> {
        let answers = self.texts.iter().map(|text| ("an answer", text.as_bytes()));
        let places = places.iter().map(|(name, text)| (name.as_str(), text.as_slice()));
        let places: Vec<(&str, &[u8])> = places.chain(answers).collect();
        for canary in &self.canaries {
            // PostgreSQL writes bytes in digits.
            let digits: String = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
            let is_in = |text: &[u8]| shows(text, canary) || shows(text, &digits);
            let shown: Vec<_> = places.iter().filter(|(_, text)| is_in(text)).collect();
            let names: Vec<&str> = shown.iter().map(|(name, _)| *name).collect();
            ensure!(names.is_empty(), "{canary} is shown in {names:?}");
        }
        Ok(())
    }
}

fn shows(text: &[u8], word: &str) -> bool {
    memchr::memmem::find(text, word.as_bytes()).is_some()
}

async fn under_a_key(client: &Client, path: &str, body: &Value) -> Result<Reply> {
    let call = client.request(Method::POST, path).header("idempotency-key", "the-first-try");
    call.json(body).send().await
}

/// Each file below a folder.
fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            let text = std::fs::read(&path)?;
            found.push((path.display().to_string(), text));
        }
    }
    Ok(found)
}

/// All that a database has.
async fn dump(database: &PrivatePostgres) -> Result<Vec<u8>> {
    let (program, dsn): (PathBuf, String) = (database.program("pg_dump"), database.dsn());
    let dumping = move || Command::new(program).arg(dsn).output();
    let output = tokio::task::spawn_blocking(dumping).await?.context("running pg_dump")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "pg_dump failed: {said}");
    Ok(output.stdout)
}

/// A server that logs everything it can.
fn talkative(house: &House) -> Result<ServerCommand> {
    let log = house.data().join("server.log");
    let command = ServerCommand::new(house.data())?.env("MISSION_DASHBOARD_SECRET_KEY", KEY);
    Ok(command.arg(format!("--log-file={}", log.display())).arg("--log-filter=trace"))
}

/// What a server has written, its log included.
fn written(house: &House, server: &ServerProcess) -> Result<Vec<(String, Vec<u8>)>> {
    let mut places = files(house.data())?;
    let talks = |(name, text): &(String, Vec<u8>)| name.ends_with(".log") && shows(text, "DEBUG");
    ensure!(places.iter().any(talks), "everything is logged");
    places.push(("standard output".to_owned(), server.log().into_bytes()));
    Ok(places)
}

#[tokio::test]
async fn no_password_token_or_cookie_is_logged_stored_or_answered() -> Result<()> {
    let house = House::new()?;
    let mut server = talkative(&house)?.start().await?;
    let mut answers = Answers::default();
    answers.live(&server).await?;
    assert_eq!(server.terminate().await?.code(), Some(0));
    answers.are_nowhere(&written(&house, &server)?)
}

#[tokio::test]
async fn nor_is_it_in_a_dump_of_postgresql_and_its_own_password_is_nowhere_either() -> Result<()> {
    let mut database = PrivatePostgres::start(Durability::Relaxed).await?;
    let (house, dsn) = (House::new()?, database.dsn());
    let (_, door) = dsn.split_once("://").context("a scheme")?;
    let (user, _) = door.split_once('@').context("a user")?;
    let (_, password) = user.split_once(':').context("a password")?;
    let mut server = talkative(&house)?.env("POSTGRES_DSN", &dsn).start().await?;
    let mut answers = Answers::default();
    answers.live(&server).await?;
    answers.canaries.push(password.to_owned());
    let dump = dump(&database).await?;
    let receipt: String = b"\"login\":\"bob\"".iter().map(|byte| format!("{byte:02x}")).collect();
    for word in ["$argon2id$", "ada", &receipt] {
        ensure!(shows(&dump, word), "a dump has everything, {word} too");
    }
    // Also what is said of a database that is away is looked through.
    database.kill_hard().await?;
    let admin = server.administrator();
    eventually("somebody is told that storage is away", LONG, async || {
        let call = admin.request(Method::GET, "/api/users");
        let reply = call.send().await.map_err(|error| format!("{error:#}"))?;
        answers.take(&reply);
        if reply.status == 503 { Ok(()) } else { Err(reply.text()) }
    })
    .await;
    server.terminate().await?;
    let mut places = written(&house, &server)?;
    places.push(("the dump".to_owned(), dump));
    answers.are_nowhere(&places)
}
