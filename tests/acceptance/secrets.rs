//! What somebody signs in with is nowhere but where it belongs.

use std::path::Path;

use anyhow::{Context, Result};
use http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use http::{HeaderValue, Method, StatusCode};
use mission_control_tests::browser::{knock, sign_in};
use mission_control_tests::http::{Client, Reply};
use mission_control_tests::server::ServerCommand;
use serde_json::{Value, json};

use crate::house::House;

const PASSWORD: &str = "canary-of-ada: correct horse";
const NEXT: &str = "canary-of-ada: another horse";
const MISTYPED: &str = "canary-of-a-stranger: wrong horse";

/// Everything that was answered, for a look through it at the end.
#[derive(Default)]
struct Answers(Vec<String>);

impl Answers {
    /// The text of an answer, headers included but for the one that is meant for its reader alone.
    fn take(&mut self, reply: &Reply) {
        let headers = reply.headers.iter().filter(|(name, _)| *name != http::header::SET_COOKIE);
        self.0.push(format!("{:?} {}", headers.collect::<Vec<_>>(), reply.text()));
    }

    async fn post(&mut self, client: &Client, path: &str, body: &Value) -> Result<StatusCode> {
        let reply = client.post(path, body).await?;
        self.take(&reply);
        Ok(reply.status)
    }
}

/// Each file below a folder, as text.
fn files(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
    Ok(found)
}

#[tokio::test]
async fn no_password_token_or_cookie_is_logged_stored_or_answered() -> Result<()> {
    let house = House::new()?;
    let log = house.data().join("server.log");
    let command = ServerCommand::new(house.data())?
        .arg(format!("--log-file={}", log.display()))
        .arg("--log-filter=trace");
    let mut server = command.start().await?;
    let (client, admin, mut answers) =
        (server.client(), server.administrator(), Answers::default());
    let ada = json!({"login": "ada", "password": PASSWORD, "role": "operator"});
    assert_eq!(answers.post(&admin, "/api/users", &ada).await?, StatusCode::CREATED);

    let ada = sign_in(&client, &json!({"user": "ada", "password": PASSWORD})).await?;
    let cookie = ada.header(&COOKIE).context("a cookie")?.to_str()?.to_owned();
    let secret = cookie.split('=').nth(1).context("its value")?.to_owned();
    let made = ada.post("/api/tokens", &json!({"name": "script", "role": "viewer"})).await?;
    let made = made.expect(StatusCode::CREATED)?;
    let token = made["token"].as_str().context("a token")?.to_owned();
    let program = client.with(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {token}"))?);
    for path in ["/api/me", "/api/missions?cursor=none", "/metrics", "/api/tokens", "/nowhere"] {
        for somebody in [&ada, &program] {
            answers.take(&somebody.get(path).await?);
        }
    }
    // Wrong in every place where one is typed.
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
        answers.take(&knock(&client, &body).await?);
    }
    let stranger = client.with(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {secret}"))?);
    answers.take(&stranger.get("/api/missions").await?);
    let wrong = json!({"current_password": MISTYPED, "new_password": NEXT});
    assert_eq!(answers.post(&ada, "/api/me/password", &wrong).await?, StatusCode::UNAUTHORIZED);
    let right = json!({"current_password": PASSWORD, "new_password": NEXT});
    assert_eq!(answers.post(&ada, "/api/me/password", &right).await?, StatusCode::NO_CONTENT);
    let raw = ada.request(Method::POST, "/api/login").header(ORIGIN.as_str(), client.base());
    let raw = raw.header("content-type", "application/json");
    answers.take(&raw.bytes(format!("{{\"password\": \"{MISTYPED}")).send().await?);
    assert_eq!(server.terminate().await?.code(), Some(0));

    let mut sinks = files(house.data())?;
    sinks.push(("standard output".to_owned(), server.log()));
    sinks.extend(answers.0.into_iter().map(|text| ("an answer".to_owned(), text)));
    let logged = sinks.iter().any(|(name, text)| name.ends_with(".log") && text.contains("DEBUG"));
    assert!(logged, "everything is logged");
    let canaries = [PASSWORD, NEXT, MISTYPED, &secret, &token];
    for canary in canaries {
        let shown: Vec<_> =
            sinks.iter().filter(|(_, text)| text.contains(canary)).map(|(name, _)| name).collect();
        assert_eq!(shown, Vec::<&String>::new(), "{canary} is shown");
    }
    Ok(())
}
