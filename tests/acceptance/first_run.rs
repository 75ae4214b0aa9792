//! A fresh machine: nothing but a folder.

use anyhow::{Context, Result};
use http::{Method, StatusCode};
use mission_control_tests::browser::{code_in, knock, sign_in, with_cookie_of};
use mission_control_tests::eventually;
use mission_control_tests::http::Reply;
use mission_control_tests::server::{ServerCommand, ServerProcess};
use serde_json::{Value, json};

use crate::house::{House, LONG};

/// All that a server says to whoever started it.
async fn welcome(server: &ServerProcess) -> String {
    eventually("the server says how to begin", LONG, async || {
        let log = server.log();
        let whole = log.split_once("See your missions:").is_some_and(|(_, it)| it.contains("curl"));
        if whole { Ok(log) } else { Err(log) }
    })
    .await
}

#[tokio::test]
async fn a_fresh_folder_is_enough_and_the_server_says_how_to_begin() -> Result<()> {
    let house = House::new()?;
    let server = ServerCommand::fresh(house.data())?.start().await?;
    let (url, log) = (server.base_url(), welcome(&server).await);
    assert!(log.contains(&format!("Mission Control is ready: {url}\n")), "{log}");
    assert!(log.contains(&format!("  {url}/enter#")), "{log}");
    let curl = format!("curl -X POST {url}/api/missions -H \"Authorization: Bearer $TOKEN\"");
    assert!(log.contains(&curl), "{log}");
    let health = server.client().get("/api/health").await?.expect(StatusCode::OK)?;
    assert_eq!((&health["status"], &health["mission_tracker"]), (&json!("healthy"), &json!(true)));
    Ok(())
}

#[tokio::test]
async fn nobody_can_come_in_until_the_link_is_used_and_it_is_used_once() -> Result<()> {
    let house = House::new()?;
    let mut server = ServerCommand::fresh(house.data())?.start().await?;
    let log = welcome(&server).await;
    let code = code_in(&log).context("a link")?.to_owned();
    let files: Vec<_> = std::fs::read_dir(house.data())?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    assert!(!files.iter().any(|name| name.contains("token")), "no token lies about: {files:?}");

    let client = server.client();
    for password in ["admin", "changeme", "password", ""] {
        let body = json!({"user": "admin", "password": password});
        assert_eq!(
            knock(&client, &body).await?.expect(StatusCode::UNAUTHORIZED)?["code"],
            "wrong_credentials"
        );
    }
    let admin = sign_in(&client, &json!({"code": code})).await?;
    let me = admin.get("/api/me").await?.expect(StatusCode::OK)?;
    assert_eq!((&me["principal"], &me["role"]), (&json!("admin"), &json!("admin")));
    assert_eq!(me["has_password"], json!(false));
    let again = knock(&client, &json!({"code": code})).await?;
    assert_eq!(again.expect(StatusCode::UNAUTHORIZED)?["code"], "wrong_credentials");

    let body = json!({"new_password": "a horse of another colour"});
    let changed = admin.post("/api/me/password", &body).await?;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.text());
    let renewed = with_cookie_of(&client, &changed)?;
    assert_eq!(renewed.get("/api/me").await?.expect(StatusCode::OK)?["has_password"], json!(true));
    assert_eq!(
        admin.get("/api/me").await?.status,
        StatusCode::UNAUTHORIZED,
        "the one before is over"
    );
    assert_eq!(server.terminate().await?.code(), Some(0));

    let server = ServerCommand::fresh(house.data())?.start().await?;
    let log = welcome(&server).await;
    assert_eq!(code_in(&log), None, "there is an administrator: {log}");
    let stale = with_cookie_of(&server.client(), &changed)?;
    assert_eq!(stale.get("/api/me").await?.status, StatusCode::OK, "a session outlives a restart");
    let body = json!({"user": "Admin", "password": "a horse of another colour"});
    sign_in(&server.client(), &body).await?;
    Ok(())
}

#[tokio::test]
async fn until_there_is_an_administrator_each_start_prints_a_link_of_its_own() -> Result<()> {
    let house = House::new()?;
    let mut codes = Vec::new();
    for _ in 0..2 {
        let mut server = ServerCommand::fresh(house.data())?.start().await?;
        let log = welcome(&server).await;
        codes.push(code_in(&log).context("a link")?.to_owned());
        assert_eq!(server.terminate().await?.code(), Some(0));
    }
    assert_ne!(codes[0], codes[1]);
    let server = ServerCommand::fresh(house.data())?.start().await?;
    let old = knock(&server.client(), &json!({"code": codes[0]})).await?;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED, "a code lives in its process alone");
    let other = House::new()?;
    let elsewhere = ServerCommand::fresh(other.data())?.start().await?;
    welcome(&elsewhere).await;
    let key = |house: &House| std::fs::read_to_string(house.data().join("secret-key"));
    assert_ne!(key(&house)?, key(&other)?);
    Ok(())
}

/// The answer to a code that comes with what proxies add.
async fn enter(server: &ServerProcess, code: &str, headers: &[(&str, &str)]) -> Result<Reply> {
    let client = server.client();
    let call = client.request(Method::POST, "/api/login").header("origin", client.base());
    let call = headers.iter().fold(call, |call, (name, value)| call.header(name, value));
    call.json(&json!({"code": code})).send().await
}

#[tokio::test]
async fn through_a_proxy_that_nobody_named_the_link_works_for_nobody() -> Result<()> {
    let house = House::new()?;
    let server = ServerCommand::fresh(house.data())?.start().await?;
    let log = welcome(&server).await;
    let code = code_in(&log).context("a link")?;
    for trace in [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-for", ""),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 proxy"),
        ("x-forwarded-proto", "https"),
    ] {
        let refused = enter(&server, code, &[trace]).await?.expect(StatusCode::UNAUTHORIZED)?;
        assert_eq!(refused["code"], "wrong_credentials", "{trace:?}");
    }
    let straight = enter(&server, code, &[]).await?;
    assert_eq!(straight.status, StatusCode::NO_CONTENT, "no try has spent it");
    Ok(())
}

#[tokio::test]
async fn through_a_trusted_proxy_the_link_works_for_who_sits_before_this_machine() -> Result<()> {
    let house = House::new()?;
    let command = ServerCommand::fresh(house.data())?.arg("--trusted-proxies=127.0.0.1,10.0.0.0/8");
    let server = command.start().await?;
    let log = welcome(&server).await;
    let code = code_in(&log).context("a link")?;
    for chain in ["203.0.113.7", "127.0.0.1, 203.0.113.7", "203.0.113.7, 127.0.0.1", "garbage"] {
        let refused = enter(&server, code, &[("x-forwarded-for", chain)]).await?;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{chain}");
    }
    let of_both = [("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=203.0.113.7")];
    let real = [("x-forwarded-for", "203.0.113.7"), ("x-real-ip", "127.0.0.1")];
    for headers in [&[][..], &of_both, &real] {
        let refused = enter(&server, code, headers).await?;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{headers:?}");
    }
    let neighbour = enter(&server, code, &[("x-forwarded-for", "127.0.0.1, 10.0.0.3")]).await?;
    assert_eq!(neighbour.status, StatusCode::NO_CONTENT, "{}", neighbour.text());
    Ok(())
}

#[tokio::test]
async fn where_nobody_is_asked_everybody_is_the_administrator_and_it_says_so() -> Result<()> {
    let house = House::new()?;
    let server = ServerCommand::fresh(house.data())?.arg("--no-auth").start().await?;
    let log = welcome(&server).await;
    assert!(log.contains("anyone who can reach this address can do anything"), "{log}");
    assert_eq!(code_in(&log), None);
    let client = server.client();
    let me = client.get("/api/me").await?.expect(StatusCode::OK)?;
    assert_eq!((&me["no_auth"], &me["role"]), (&json!(true), &json!("admin")));
    client
        .post("/api/missions", &json!({"title": "by anybody"}))
        .await?
        .expect(StatusCode::CREATED)?;
    let foreign =
        client.request(Method::POST, "/api/missions").header("origin", "https://evil.test");
    let refused = foreign.json(&json!({"title": "by a page of somebody else"})).send().await?;
    assert_eq!(refused.expect(StatusCode::FORBIDDEN)?["code"], "cross_origin");
    Ok(())
}

#[tokio::test]
async fn the_seeds_curl_body_is_performed_and_every_step_is_seen_live() -> Result<()> {
    let house = House::new()?;
    let control = house.start().await?;
    let stream = control.admin.request(Method::GET, "/api/live/stream?topics=missions");
    let mut stream = stream.events().await?;
    let body = json!({
        "title": "Document Processing",
        "description": "Process uploaded documents",
        "priority": "high",
    });
    let made = control.admin.post("/api/missions", &body).await?.expect(StatusCode::CREATED)?;
    assert_eq!(made["mission"]["status"], "pending");
    let id = crate::house::text(&made["mission_id"])?;

    let mut statuses: Vec<Value> = Vec::new();
    while statuses.last().is_none_or(|status| status != "completed") {
        let event = stream.next().await?.context("the stream goes on")?;
        let frame: Value = serde_json::from_str(&event.data)?;
        for change in frame["data"].as_array().into_iter().flatten() {
            assert_eq!(change["mission"], json!(id));
            statuses.push(change["to"].clone());
        }
    }
    statuses.dedup();
    assert_eq!(statuses, ["pending", "running", "completed"]);

    let mission = control.mission(&id).await?;
    assert_eq!((&mission["progress"], &mission["attempt"]), (&json!(100.0), &json!(1)));
    assert_eq!(mission["result"]["words"]["title"], 2);
    let logs = control.admin.get(&format!("/api/missions/{id}/logs")).await?;
    let logs = logs.expect(StatusCode::OK)?;
    let lines = logs["lines"].as_array().context("lines")?;
    assert!(lines.iter().any(|line| line["text"] == "Document Processing"), "{logs}");
    let metrics = control.admin.get("/api/metrics").await?.expect(StatusCode::OK)?;
    assert_eq!(metrics["metrics"]["completed_missions"], 1);
    assert_eq!(metrics["metrics"]["success_rate"], 100.0);
    Ok(())
}
