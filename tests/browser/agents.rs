//! The page of the agents.

use anyhow::{Context, Result};
use http::StatusCode;
use serde_json::json;

use crate::stage::Stage;

/// What must be seen together, and the screen on which: the sixteen agents of a crew on the smallest
/// screen of an operator.
const AGENTS: usize = 16;
const SCREEN: (u32, u32) = (1440, 900);

/// Keeps every text that a card has ever given to a mission.
const REMEMBER: &str = "
    window.called = new Set();
    const look = () =>
      document.querySelectorAll('.card-missions a').forEach((it) => called.add(it.textContent));
    new MutationObserver(look).observe(document.body,
      { subtree: true, childList: true, characterData: true });";

/// Agents that run three missions each.
async fn crew(stage: &Stage) -> Result<()> {
    for n in 1..=AGENTS {
        let body = json!({
            "name": format!("cartographer-of-the-north-{n:02}"), "type": "worker",
            "capabilities": ["migration", "python", "sql"], "max_concurrent": 4,
        });
        let agent = stage.admin.post("/api/agents", &body).await?.expect(StatusCode::CREATED)?;
        let agent = agent["agent"]["id"].as_str().context("an id")?;
        for part in 1..=3 {
            let title = format!("Mission {part} of {n}: what the crawler found in the archive");
            stage.create(&json!({"title": title})).await?;
        }
        let want = json!({"max": 3, "lease_seconds": 3600});
        let claim = stage.admin.post(&format!("/api/agents/{agent}/claim"), &want).await?;
        claim.expect(StatusCode::OK)?;
    }
    Ok(())
}

#[tokio::test]
async fn sixteen_busy_agents_fit_one_screen() -> Result<()> {
    let stage = Stage::open().await?;
    stage.browser.resize(SCREEN.0, SCREEN.1).await?;
    crew(&stage).await?;
    stage.visit("/agents").await?;
    stage.browser.counts(".agent-busy", AGENTS).await;
    stage.browser.counts(".card-missions a", 2 * AGENTS).await;
    stage.browser.sees(".card-more", "+1").await;
    for theme in ["dark", "light"] {
        let wear = format!("document.documentElement.dataset.theme = '{theme}'");
        stage.browser.run(&wear).await?;
        let fits = "return document.documentElement.scrollHeight <= innerHeight
            && [...document.querySelectorAll('.card')]
              .every((card) => card.getBoundingClientRect().bottom <= innerHeight);";
        stage.browser.holds("nothing has to be scrolled", fits).await;
    }
    stage.ends_quietly().await
}

#[tokio::test]
async fn a_card_calls_a_mission_by_its_title_from_the_first_moment() -> Result<()> {
    let stage = Stage::open().await?;
    stage.browser.run(REMEMBER).await?;
    crew(&stage).await?;
    stage.browser.click(".side-item[href^='/agents']").await;
    stage.browser.counts(".card-missions a", 2 * AGENTS).await;
    let titles = format!(
        "return called.size === {}
           && [...called].every((text) => /^Mission \\d of \\d+: what/.test(text));",
        2 * AGENTS
    );
    stage.browser.holds("a mission has never been called by anything else", &titles).await;
    stage.ends_quietly().await
}
