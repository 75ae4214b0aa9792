//! The account: who somebody is, how they come in, and everybody else.

use anyhow::{Context, Result};
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::json;

use crate::probe::{has_axe, is_accessible, is_not_wider_than_its_window};
use crate::stage::{LIVE, PASSWORD, Stage};

/// A text that is a page, a script and a turn of direction, for whoever makes markup of it.
const HOSTILE: &str = "<img src=x onerror='window.owned=1'>\"'><svg onload=window.owned=1>{{7*7}}";

#[tokio::test]
async fn whoever_came_by_the_link_sets_a_password_and_comes_back_with_it() -> Result<()> {
    let stage = Stage::open().await?;
    stage.browser.click(".password-strip a").await;
    stage.browser.sees("h1", "Account").await;
    stage.browser.fills("[name=new_password]", "too short").await?;
    stage.browser.click(".panel-password [type=submit]").await;
    stage.browser.sees("#password-new_password-note", "at least 12 characters").await;
    stage.browser.fills("[name=new_password]", &format!("{PASSWORD}\n")).await?;
    stage.browser.sees(".toast", "The password is set").await;
    stage.browser.counts("[name=current_password]", 1).await;
    stage.browser.counts(LIVE, 1).await;
    stage.browser.sees(".panel-sessions .record", "this browser").await;

    stage.browser.fills("[name=current_password]", "something else").await?;
    stage.browser.fills("[name=new_password]", "another long password\n").await?;
    stage.browser.sees("#password-current_password-note", "is wrong").await;
    stage.browser.counts(".sign-in[open]", 0).await;

    stage.browser.click(".user-button").await;
    stage.browser.click(".sign-out").await;
    stage.browser.sees(".login h1", "Sign in").await;
    stage.fill_in("admin", PASSWORD).await?;
    stage.browser.sees("h1", "Missions").await;
    stage.browser.counts(".password-strip", 0).await;
    stage.browser.close().await
}

#[tokio::test]
async fn a_token_is_shown_once_and_lets_a_program_in_until_it_is_revoked() -> Result<()> {
    let stage = Stage::open_for("ann", "operator").await?;
    stage.visit("/account").await?;
    stage.browser.sees(".panel-tokens .state", "No tokens yet").await;
    stage.browser.click(".panel-tokens .panel-actions .button").await;
    stage.browser.fills(".dialog [name=name]", "nightly export").await?;
    stage.browser.click(".dialog [type=submit]").await;
    stage.browser.sees(".token-made", "not shown again").await;
    let token = stage.browser.text(".token").await?;
    assert!(token.starts_with("mc_"), "{token}");
    stage.browser.sees(".token-made", &format!("curl -H \"Authorization: Bearer {token}\"")).await;
    let bearer = format!("Bearer {token}").parse().context("a header")?;
    let program = stage.server.client().with(AUTHORIZATION, bearer);
    program.get("/api/missions").await?.expect(StatusCode::OK)?;

    stage.browser.click(".dialog .button-primary").await;
    stage.browser.counts(".dialog", 0).await;
    stage.browser.sees(".panel-tokens .record", "nightly export").await;
    let there = format!("return document.documentElement.innerHTML.includes({})", json!(token));
    assert_eq!(stage.browser.run(&there).await?, json!(false), "it is shown once");

    stage.browser.click(".panel-tokens .record .button").await;
    stage.browser.sees(".dialog", "Revoke this token?").await;
    stage.browser.click(".dialog .button-danger").await;
    stage.browser.sees(".toast", "Revoked: nightly export").await;
    stage.browser.sees(".panel-tokens .state", "No tokens yet").await;
    program.get("/api/missions").await?.expect(StatusCode::UNAUTHORIZED)?;
    stage.ends_quietly_but_for_signing_in().await
}

#[tokio::test]
async fn an_administrator_adds_somebody_who_then_may_what_was_said() -> Result<()> {
    let stage = Stage::open().await?;
    stage.create(&json!({"title": "Nightly audit", "held": true})).await?;
    stage.visit("/account").await?;
    stage.browser.click(".panel-people .panel-head .button").await;
    stage.browser.fills(".dialog [name=login]", "Ben").await?;
    stage.browser.fills(".dialog [name=password]", PASSWORD).await?;
    stage.browser.click(".dialog [type=submit]").await;
    stage.browser.sees("#person-login-note", "lower-case").await;
    stage.browser.fills(".dialog [name=login]", "ben").await?;
    stage.browser.click(".dialog [type=submit]").await;
    stage.browser.sees("[data-login=ben]", "Viewer in default").await;

    stage.browser.click(".user-button").await;
    stage.browser.click(".sign-out").await;
    stage.browser.sees(".login h1", "Sign in").await;
    stage.fill_in("ben", PASSWORD).await?;
    stage.browser.sees("a.row", "Nightly audit").await;
    stage.browser.counts(".page-head .button-primary", 0).await;
    stage.browser.types("n").await?;
    stage.browser.counts(".dialog", 0).await;
    stage.browser.click("a.row").await;
    stage.browser.sees(".detail", "Nightly audit").await;
    stage.browser.counts(".actions button", 0).await;
    stage.visit("/account").await?;
    stage.browser.sees(".panel-projects .record", "Viewer").await;
    stage.browser.counts(".panel-people", 0).await;
    stage.browser.close().await
}

#[tokio::test]
async fn one_project_is_shown_and_another_is_another_page() -> Result<()> {
    let stage = Stage::open().await?;
    stage.create(&json!({"title": "Of the first"})).await?;
    stage.browser.sees("a.row", "Of the first").await;
    stage.browser.counts(".project-switch", 0).await;
    stage.visit("/account").await?;
    stage.browser.click(".panel-projects .panel-head .button").await;
    stage.browser.fills(".dialog [name=id]", "lab\n").await?;
    stage.browser.sees("[data-project=lab]", "Open").await;
    stage.browser.click("[data-project=lab] .button:last-child").await;
    stage.browser.sees(".state", "No missions yet").await;
    stage.browser.sees(".top-line", "lab").await;
    assert_eq!(stage.browser.path().await?, "/missions?project=lab");
    stage.browser.counts(LIVE, 1).await;

    stage.browser.types("n").await?;
    stage.browser.fills("[name=title]", "Of the other\n").await?;
    stage.browser.sees("a.row", "Of the other").await;
    stage.browser.click("a.row").await;
    stage.browser.sees(".detail .facts", "lab").await;
    stage.visit("/missions?project=default").await?;
    stage.browser.sees("a.row", "Of the first").await;
    stage.browser.counts("a.row", 1).await;
    // What nobody has is dropped, not asked for again and again.
    stage.visit("/missions?project=nowhere").await?;
    stage.browser.sees("a.row", "Of the first").await;
    stage.browser.close().await
}

#[tokio::test]
async fn names_of_others_stay_text() -> Result<()> {
    let stage = Stage::open().await?;
    stage
        .know(&json!({"login": "eve", "name": HOSTILE, "password": PASSWORD, "role": "admin"}))
        .await?;
    let agent = |name: &str| json!({"name": name, "role": "agent", "agent": HOSTILE});
    stage.admin.post("/api/tokens", &agent(HOSTILE)).await?.expect(StatusCode::CREATED)?;
    let session = json!({"user": "eve", "password": PASSWORD});
    let client = stage.server.client();
    let login = client.request(http::Method::POST, "/api/login");
    login.header("user-agent", HOSTILE).json(&session).send().await?;
    stage.visit("/account").await?;
    stage.browser.click("[name=all]").await;
    stage.browser.sees(".panel-tokens .record", "<img src=x").await;
    stage.browser.sees("[data-login=eve]", "{{7*7}}").await;
    stage.browser.click("[data-login=eve] .button").await;
    stage.browser.counts(".dialog", 1).await;
    stage.visit("/account").await?;
    let bearer = "return [window.owned ?? null, document.querySelectorAll('img').length]";
    assert_eq!(stage.browser.run(bearer).await?, json!([null, 0]));
    stage.ends_quietly().await?;

    let stage = Stage::set().await?;
    stage
        .know(&json!({"login": "eve", "name": HOSTILE, "password": PASSWORD, "role": "admin"}))
        .await?;
    stage.browser.go(&stage.url("/login")).await?;
    stage.browser.devtools("Network.setUserAgentOverride", json!({"userAgent": HOSTILE})).await?;
    stage.fill_in("eve", PASSWORD).await?;
    stage.browser.click(".user-button").await;
    stage.browser.sees(".user-who", "<img src=x").await;
    stage.visit("/account").await?;
    stage.browser.sees(".panel-sessions .record", "<img src=x").await;
    assert_eq!(stage.browser.run("return window.owned ?? null").await?, json!(null));
    stage.ends_quietly_but_for_signing_in().await
}

#[tokio::test]
async fn everybody_can_use_these_pages() -> Result<()> {
    let axe = has_axe();
    anyhow::ensure!(axe, "axe-core is missing: run `npm ci --ignore-scripts` in tests/browser");
    let stage = Stage::set_for("ann", "admin").await?;
    stage.admin.post("/api/projects", &json!({"id": "lab"})).await?.expect(StatusCode::CREATED)?;
    let token = json!({"name": "nightly export", "role": "viewer"});
    stage.admin.post("/api/tokens", &token).await?.expect(StatusCode::CREATED)?;
    let still = json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]});
    stage.browser.devtools("Emulation.setEmulatedMedia", still).await?;
    stage.browser.go(&stage.url("/login")).await?;
    for theme in ["dark", "light"] {
        let choose = format!("localStorage.setItem('mission-control-theme', '{theme}')");
        for width in [1440, 390, 320] {
            stage.browser.resize(width, TALL).await?;
            stage.browser.run(&choose).await?;
            stage.browser.go(&stage.url("/login")).await?;
            stage.browser.click("[type=submit]").await;
            stage.browser.sees(".field-error", "Enter your name").await;
            looks_right(&stage, &format!("signing in, {theme}, {width}")).await?;
            stage.fill_in("ann", PASSWORD).await?;
            stage.browser.sees("h1", "Missions").await;
            stage.visit("/account").await?;
            stage.browser.sees(".panel-people", "ann").await;
            stage.browser.sees(".panel-sessions .record", "this browser").await;
            stage.browser.sees(".panel-tokens", "No tokens yet").await;
            looks_right(&stage, &format!("the account, {theme}, {width}")).await?;
            stage.browser.click(".panel-tokens .panel-actions .button").await;
            stage.browser.sees(".dialog", "New token").await;
            looks_right(&stage, &format!("a new token, {theme}, {width}")).await?;
            stage.browser.click(".dialog .dialog-actions .button").await;
            stage.browser.counts(".dialog", 0).await;
            stage.browser.click(".user-button").await;
            stage.browser.sees(".user-menu", "Sign out").await;
            is_not_wider_than_its_window(&stage.browser, "the menu").await?;
            stage.browser.click(".sign-out").await;
            stage.browser.sees(".login h1", "Sign in").await;
        }
    }
    stage.browser.close().await
}

/// The whole page is in sight: nothing lies half behind the bar at its foot.
const TALL: u32 = 2_800;

async fn looks_right(stage: &Stage, what: &str) -> Result<()> {
    is_accessible(&stage.browser, what).await?;
    is_not_wider_than_its_window(&stage.browser, what).await
}

#[tokio::test]
async fn a_server_that_asks_nobody_says_so_on_every_page() -> Result<()> {
    let stage = Stage::set_with(&["--no-worker", "--no-auth"]).await?;
    stage.browser.go(&stage.url("/missions")).await?;
    for path in ["/missions", "/agents", "/account"] {
        stage.visit(path).await?;
        stage.browser.sees(".open-door", "Anyone who can reach this address").await;
        for width in [1440, 320] {
            stage.browser.resize(width, TALL).await?;
            looks_right(&stage, &format!("{path}, {width}")).await?;
        }
    }
    stage.ends_quietly().await
}
