//! How a browser comes in, and how it goes.

use anyhow::Result;
use http::StatusCode;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test]
async fn the_link_opens_the_page_signed_in_once() -> Result<()> {
    let stage = Stage::set().await?;
    let link = stage.link().await;
    stage.browser.go(&link).await?;
    stage.browser.sees("h1", "Missions").await;
    stage.browser.sees(".connection", "LIVE").await;
    stage.browser.sees(".state", "No missions yet").await;
    assert_eq!(stage.browser.path().await?, "/missions", "the code is in no address any more");
    let cookies = stage.browser.run("return document.cookie").await?;
    assert_eq!(cookies, "", "no script can read the session");

    let code = link.rsplit('#').next().unwrap_or_default();
    let again = stage.server.client().post("/api/login", &json!({"code": code})).await?;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "{}", again.text());
    stage.ends_quietly().await
}

#[tokio::test]
async fn a_stranger_is_asked_for_a_token_and_stays_where_they_were_going() -> Result<()> {
    let stage = Stage::set().await?;
    stage.create(&json!({"title": "Nightly audit"})).await?;
    stage.browser.go(&stage.url("/missions?status=pending")).await?;
    stage.browser.sees(".sign-in", "Sign in").await;
    stage.browser.click(".sign-in input[name=token]").await;
    stage.browser.types("wrong\n").await?;
    stage.browser.sees(".sign-in .form-error", "nobody has this token").await;

    stage.browser.run("document.querySelector('#token').value = ''").await?;
    let token = std::fs::read_to_string(stage.data().join("admin-token"))?;
    stage.browser.types(&format!("{}\n", token.trim())).await?;
    stage.browser.sees("a.row", "Nightly audit").await;
    assert_eq!(stage.browser.path().await?, "/missions?status=pending");

    stage.browser.click(".side-out").await;
    stage.browser.sees(".sign-in", "Sign in").await;
    stage.browser.go(&stage.url("/agents")).await?;
    stage.browser.sees(".sign-in", "Sign in").await;
    stage.browser.close().await
}
