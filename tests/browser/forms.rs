//! A mission made by hand.

use anyhow::Result;
use fantoccini::key::Key;

use crate::stage::Stage;

#[tokio::test]
async fn a_mission_is_made_with_the_keyboard_alone() -> Result<()> {
    let stage = Stage::open().await?;
    stage.browser.types("n").await?;
    stage.browser.sees(".dialog h2", "New mission").await;
    let focused = "return document.activeElement.name";
    stage
        .browser
        .holds("the title has the focus", "return document.activeElement.name === 'title'")
        .await;
    stage.browser.types("Migrate billing schema").await?;
    stage.browser.types(&Key::Tab).await?;
    stage.browser.types("Plan first").await?;
    stage.browser.types(&Key::Tab).await?;
    assert_eq!(stage.browser.run(focused).await?, "priority");
    stage.browser.types("h").await?;
    stage.browser.types(&Key::Tab).await?;
    assert_eq!(stage.browser.run(focused).await?, "kind");
    stage.browser.types(&Key::Enter).await?;
    stage.browser.sees("a.row", "Migrate billing schema").await;
    stage.browser.sees("a.row", "HIGH").await;
    stage.browser.sees(".toast", "Mission created").await;

    // Then opened, read and closed again.
    stage.browser.types("j").await?;
    stage.browser.types(&Key::Enter).await?;
    stage.browser.sees(".detail", "Plan first").await;
    stage.browser.types(&Key::Escape).await?;
    stage.browser.counts(".detail", 0).await;
    stage
        .browser
        .holds("the focus is back on the row", "return document.activeElement.matches('a.row')")
        .await;
    stage.browser.types("?").await?;
    stage.browser.sees(".dialog", "Single-key shortcuts").await;
    stage.browser.types(&Key::Escape).await?;
    stage.browser.counts(".dialog[open]", 0).await;
    stage.browser.types("/").await?;
    stage
        .browser
        .holds("the search has the focus", "return document.activeElement.matches('.search-input')")
        .await;
    stage.ends_quietly().await
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field() -> Result<()> {
    let stage = Stage::open().await?;
    stage.browser.click(".button-primary").await;
    stage.browser.click(".dialog [type=submit]").await;
    stage.browser.sees("#new-title-note", "is needed").await;
    stage
        .browser
        .holds(
            "the first wrong field has the focus",
            "return document.activeElement.name === 'title'",
        )
        .await;
    stage.browser.types("Odd").await?;
    stage.browser.click("#new-kind").await;
    stage.browser.types("!").await?;
    stage.browser.click(".dialog [type=submit]").await;
    stage
        .browser
        .holds(
            "the server's words stand beside the kind",
            "return document.querySelector('#new-kind-note').innerText.includes('must')",
        )
        .await;
    stage
        .browser
        .holds(
            "what was typed is still there",
            "return document.querySelector('#new-title').value === 'Odd'",
        )
        .await;
    stage.browser.close().await
}
