//! The server goes and comes back.

use anyhow::Result;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test]
async fn an_outage_is_told_and_nothing_is_missing_after_it() -> Result<()> {
    let mut stage = Stage::open_to_restart().await?;
    let before = stage.create(&json!({"title": "Before", "kind": "external"})).await?;
    stage.browser.counts("a.row", 1).await;
    stage.browser.run("window.untouched = true").await?;
    stage.server.kill_hard()?;
    stage.browser.sees(".connection", "OFFLINE").await;
    stage.browser.sees(".strip", "Data as of").await;

    stage.restart().await?;
    stage.act(&before, "start", &json!({})).await?;
    for number in 0..5 {
        stage.create(&json!({"title": format!("Missed {number}")})).await?;
    }
    stage.browser.sees(".connection", "LIVE").await;
    stage.browser.counts("a.row", 6).await;
    stage.browser.sees(&format!("a.row[data-id='{before}']"), "RUNNING").await;
    stage.browser.sees("[data-counter=pending]", "5").await;
    stage.browser.counts(".strip", 0).await;
    assert_eq!(stage.browser.run("return window.untouched").await?, json!(true), "no reload");
    stage.browser.close().await
}

#[tokio::test]
async fn a_pause_holds_changes_back_and_lets_them_go() -> Result<()> {
    let stage = Stage::open().await?;
    stage.browser.types("L").await?;
    stage.browser.sees(".strip", "Paused").await;
    stage.create(&json!({"title": "Held back"})).await?;
    stage.browser.sees(".strip", "1 change held").await;
    stage.browser.counts("a.row", 0).await;
    stage.browser.click(".strip .button").await;
    stage.browser.sees("a.row", "Held back").await;
    stage.ends_quietly().await
}

#[tokio::test]
async fn a_pause_that_held_too_much_shows_what_it_let_go() -> Result<()> {
    let stage = Stage::open().await?;
    let id = stage.running("Talk much").await?;
    stage.visit(&format!("/missions/{id}?tab=log")).await?;
    stage.log(&id, &["first"]).await?;
    stage.browser.counts(".log-line", 1).await;
    stage.browser.types("L").await?;
    stage.browser.sees(".strip", "Paused").await;
    // More than the page holds; its last line is beyond what the screen keeps of it at once.
    let much = vec!["line"; 1_000];
    for _ in 0..3 {
        stage.log(&id, &much).await?;
    }
    stage.create(&json!({"title": "Let go"})).await?;
    let held = "return parseInt(/(\\d+) changes? held/.exec(document.querySelector('.strip').innerText)?.[1] ?? 0) > 30";
    stage.browser.holds("all of it has come", held).await;
    stage.browser.counts("a.row", 1).await;
    stage.browser.click(".strip .button").await;
    stage.browser.counts("a.row", 2).await;
    stage.browser.counts(".log-line", 3_001).await;
    stage.ends_quietly().await
}

#[tokio::test]
async fn a_session_that_has_ended_is_noticed_without_a_click() -> Result<()> {
    let mut stage = Stage::open_to_restart().await?;
    stage.server.kill_hard()?;
    stage.browser.devtools("Network.clearBrowserCookies", json!({})).await?;
    stage.restart().await?;
    stage.browser.sees(".sign-in[open]", "Your session ended").await;
    stage.browser.close().await
}
