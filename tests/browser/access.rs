//! The page for everybody: without sight, without colour, on a telephone.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::probe::{has_axe, is_accessible, is_not_wider_than_its_window};
use crate::stage::Stage;

/// A telephone, and a desk at four times its size (WCAG 2.2, 1.4.10).
const NARROW: [u32; 2] = [390, 320];

/// The crew that has to be seen at one glance.
const AGENTS: usize = 16;

async fn busy() -> Result<(Stage, String)> {
    let stage = Stage::open().await?;
    for (title, priority) in [("Audit", "critical"), ("Sort", "low"), ("Count", "medium")] {
        stage
            .create(&json!({"title": title, "priority": priority, "held": priority == "low"}))
            .await?;
    }
    let failed = stage.running(&"A long title without an end ".repeat(7)).await?;
    stage.act(&failed, "fail", &json!({"error_message": "no_spaces_".repeat(40)})).await?;
    let running = stage.running("Draft notes").await?;
    stage.act(&running, "progress", &json!({"progress": 40, "message": "page 4 of 10"})).await?;
    let agent = json!({"name": "atlas", "type": "worker", "capabilities": ["ocr", "sql"]});
    stage.admin.post("/api/agents", &agent).await?;
    stage.browser.counts("a.row", 5).await;
    Ok((stage, failed))
}

#[tokio::test]
async fn nothing_is_wider_than_a_narrow_screen() -> Result<()> {
    let (stage, failed) = busy().await?;
    for width in NARROW {
        stage.browser.resize(width, 844).await?;
        for path in ["/missions", "/agents", &format!("/missions/{failed}")] {
            stage.visit(path).await?;
            let settled = if path == "/agents" { ".card" } else { "[data-status], .facts" };
            stage
                .browser
                .holds("it is there", &format!("return !!document.querySelector(\"{settled}\")"))
                .await;
            is_not_wider_than_its_window(&stage.browser, &format!("{path} at {width}")).await?;
        }
        stage.browser.types("n").await?;
        stage.browser.sees(".dialog", "New mission").await;
        is_not_wider_than_its_window(&stage.browser, &format!("the form at {width}")).await?;
    }
    stage.ends_quietly().await
}

#[tokio::test]
async fn no_state_of_the_page_shuts_anybody_out() -> Result<()> {
    ensure!(has_axe(), "axe-core is missing: run `npm ci --ignore-scripts` in tests/browser");
    let (stage, failed) = busy().await?;
    stage
        .browser
        .devtools(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}),
        )
        .await?;
    for theme in ["dark", "light"] {
        stage
            .browser
            .run(&format!("localStorage.setItem('mission-control-theme', '{theme}')"))
            .await?;
        stage.visit("/missions").await?;
        stage.browser.counts("a.row", 5).await;
        is_accessible(&stage.browser, &format!("the list, {theme}")).await?;
        stage.browser.types("n").await?;
        stage.browser.sees(".dialog", "New mission").await;
        is_accessible(&stage.browser, &format!("the form, {theme}")).await?;
        for tab in ["overview", "log", "attempts", "events"] {
            stage.visit(&format!("/missions/{failed}?tab={tab}")).await?;
            stage.browser.sees(".tab[aria-selected=true]", tab).await;
            is_accessible(&stage.browser, &format!("{tab}, {theme}")).await?;
        }
        stage.visit("/agents").await?;
        stage.browser.sees(".card", "atlas").await;
        is_accessible(&stage.browser, &format!("agents, {theme}")).await?;
        stage.visit("/missions?q=nothing-like-it").await?;
        stage.browser.sees(".state", "No mission matches").await;
        is_accessible(&stage.browser, &format!("nothing found, {theme}")).await?;
    }
    stage.ends_quietly().await
}

#[tokio::test]
async fn sixteen_agents_fit_one_screen() -> Result<()> {
    let stage = Stage::open().await?;
    for number in 0..AGENTS {
        let name = format!("agent-{number:02}");
        let agent = json!({"name": name, "type": "worker", "capabilities": ["ocr", "sql"]});
        stage.admin.post("/api/agents", &agent).await?;
    }
    stage.browser.resize(1440, 900).await?;
    stage.visit("/agents").await?;
    stage.browser.counts(".card", AGENTS).await;
    let lowest = "return Math.max(...[...document.querySelectorAll('.card')].map((it) => it.getBoundingClientRect().bottom))";
    let lowest = stage.browser.run(lowest).await?.as_f64().context("a place on the screen")?;
    assert!(lowest <= 900.0, "the lowest card ends at {lowest}");
    stage.ends_quietly().await
}
