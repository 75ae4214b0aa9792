//! How a browser comes in, and how it goes.

use anyhow::Result;
use http::StatusCode;
use serde_json::{Value, json};

use crate::stage::{ADMIN_TOKEN, LIVE, PASSWORD, Stage};

/// The form, on its own page or over another.
const FORM: &str = "form:has([name=password])";
/// The sheet over a page whose session is over.
const SHEET: &str = ".sign-in[open]";

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
    stage.browser.sees(".password-strip", "Set a password").await;

    let code = link.rsplit('#').next().unwrap_or_default();
    let again = stage.server.client().post("/api/login", &json!({"code": code})).await?;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "{}", again.text());
    stage.ends_quietly().await
}

#[tokio::test]
async fn a_link_that_was_used_says_so_where_one_signs_in_otherwise() -> Result<()> {
    let stage = Stage::set().await?;
    stage.browser.go(&stage.url("/enter#was-never-given")).await?;
    stage.browser.sees(".login h1", "Sign in").await;
    stage.browser.sees(".login .note", "used before").await;
    assert_eq!(stage.browser.path().await?, "/login");
    stage.browser.close().await
}

#[tokio::test]
async fn whoever_signs_in_goes_on_where_they_wanted_to() -> Result<()> {
    let stage = Stage::set_for("ann", "operator").await?;
    stage.create(&json!({"title": "Nightly audit"})).await?;
    stage.browser.go(&stage.url("/missions?status=pending")).await?;
    stage.browser.sees(".login h1", "Sign in").await;
    assert_eq!(stage.browser.path().await?, "/login?next=%2Fmissions%3Fstatus%3Dpending");
    stage.browser.click("[type=submit]").await;
    stage.browser.sees("#sign-in-user-note", "Enter your name").await;
    stage.browser.holds("it has the focus", "return document.activeElement.name === 'user'").await;

    stage.fill_in("ann", "not her password").await?;
    stage.browser.sees(".form-error", "Name or password is wrong").await;
    stage.fill_in("nobody", "not her password").await?;
    stage.browser.sees(".form-error", "Name or password is wrong").await;
    stage.fill_in("ann", PASSWORD).await?;
    stage.browser.sees("a.row", "Nightly audit").await;
    assert_eq!(stage.browser.path().await?, "/missions?status=pending");
    stage.browser.sees(".user-button .user-name", "ann").await;
    stage.browser.counts(".password-strip", 0).await;

    stage.browser.click(".user-button").await;
    stage.browser.sees(".user-who", "Operator in default").await;
    stage.browser.click(".sign-out").await;
    stage.browser.sees(".login h1", "Sign in").await;
    stage.browser.go(&stage.url("/agents")).await?;
    stage.browser.sees(".login h1", "Sign in").await;
    stage.browser.close().await
}

#[tokio::test]
async fn a_token_lets_somebody_in_as_well() -> Result<()> {
    let stage = Stage::set().await?;
    stage.browser.go(&stage.url("/agents")).await?;
    stage.browser.click(".sign-in-other").await;
    stage.browser.fills("[name=token]", "wrong\n").await?;
    stage.browser.sees(".form-error", "This token is unknown").await;
    stage.browser.fills("[name=token]", &format!("{ADMIN_TOKEN}\n")).await?;
    stage.browser.sees("h1", "Agents").await;
    assert_eq!(stage.browser.path().await?, "/agents");
    stage.browser.close().await
}

#[tokio::test]
async fn too_many_tries_are_told_with_the_time_to_wait() -> Result<()> {
    let stage = Stage::set_for("ann", "viewer").await?;
    stage.browser.go(&stage.url("/login")).await?;
    stage.browser.sees(FORM, "Name").await;
    // More than anybody may try in a row.
    let guesses = "const done = arguments[0];
        const guess = () => fetch('/api/login', { method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ user: 'ann', password: 'guessed again and again' }) });
        (async () => {
          for (let tries = 0; tries < 60; tries += 1)
            if ((await guess()).status === 429) return done(true);
          done(false);
        })();";
    assert_eq!(stage.browser.run_async(guesses).await?, json!(true), "guessed sixty times");
    stage.fill_in("ann", PASSWORD).await?;
    stage.browser.sees(".form-error", "Too many tries").await;
    stage.browser.sees("[type=submit]", "Try again in").await;
    stage.browser.close().await
}

#[tokio::test]
async fn a_session_that_is_ended_elsewhere_ends_here_and_loses_nothing() -> Result<()> {
    let stage = Stage::open_for("ann", "operator").await?;
    stage.browser.run("window.untouched = true").await?;
    stage.browser.types("n").await?;
    stage.browser.fills("[name=title]", "Half a thought").await?;
    stage
        .admin
        .request(http::Method::PATCH, "/api/users/ann")
        .json(&json!({"password": format!("{PASSWORD} and one")}))
        .send()
        .await?
        .expect(StatusCode::OK)?;
    stage.browser.sees(SHEET, "Your session ended").await;
    assert_eq!(stage.browser.path().await?, "/login", "the address says so too");
    stage
        .browser
        .holds(
            "the page behind is shut",
            "return document.querySelector('.sign-in').matches(':modal')",
        )
        .await;

    stage.browser.fills(".sign-in [name=user]", "ann").await?;
    stage.browser.fills(".sign-in [name=password]", &format!("{PASSWORD} and one\n")).await?;
    stage.browser.counts(SHEET, 0).await;
    assert_eq!(stage.browser.path().await?, "/missions");
    let kept = "return [window.untouched, document.querySelector('[name=title]').value]";
    assert_eq!(stage.browser.run(kept).await?, json!([true, "Half a thought"]));
    stage.browser.click(".dialog [type=submit]").await;
    stage.browser.sees("a.row", "Half a thought").await;
    stage.browser.counts(LIVE, 1).await;
    stage.browser.close().await
}

#[tokio::test]
async fn whoever_comes_instead_sees_nothing_of_those_before() -> Result<()> {
    let stage = Stage::open_for("ann", "operator").await?;
    stage.know(&json!({"login": "ben", "password": PASSWORD, "role": "viewer"})).await?;
    stage.browser.run("window.untouched = true").await?;
    stage
        .admin
        .request(http::Method::PATCH, "/api/users/ann")
        .json(&json!({"disabled": true}))
        .send()
        .await?
        .expect(StatusCode::OK)?;
    stage.browser.sees(SHEET, "Your session ended").await;
    stage.browser.fills(".sign-in [name=user]", "ben").await?;
    stage.browser.fills(".sign-in [name=password]", &format!("{PASSWORD}\n")).await?;
    stage.browser.sees(".user-button .user-name", "ben").await;
    assert_eq!(stage.browser.run("return window.untouched ?? null").await?, Value::Null, "anew");
    stage.browser.counts(".page-head .button-primary", 0).await;
    stage.browser.close().await
}

#[tokio::test]
async fn tabs_come_and_go_together() -> Result<()> {
    let stage = Stage::set_for("ann", "operator").await?;
    stage.browser.go(&stage.url("/agents")).await?;
    stage.browser.sees(".login h1", "Sign in").await;
    let first = stage.browser.open_tab().await?;
    stage.sign_in("/login", "ann").await?;
    stage.browser.sees("h1", "Missions").await;
    let second = stage.browser.tab().await?;
    stage.browser.look_at(first).await?;
    stage.browser.sees("h1", "Agents").await;
    stage.browser.click(".user-button").await;
    stage.browser.click(".sign-out").await;
    stage.browser.sees(".login h1", "Sign in").await;
    stage.browser.look_at(second).await?;
    stage.browser.sees(SHEET, "Your session ended").await;
    stage.browser.close().await
}

#[tokio::test]
async fn signing_in_leads_to_this_page_and_nowhere_else() -> Result<()> {
    let stage = Stage::set_for("ann", "viewer").await?;
    stage.browser.go(&stage.url("/login")).await?;
    stage.browser.sees(FORM, "Name").await;
    let home = "/missions";
    let table = [
        ("/agents", "/agents"),
        ("/missions?status=failed&q=a%20b", "/missions?status=failed&q=a%20b"),
        ("/missions/0191?tab=log", "/missions/0191?tab=log"),
        ("/account", "/account"),
        ("/", "/"),
        ("", home),
        ("missions", home),
        ("//evil.test/", home),
        ("///evil.test/", home),
        ("/\\evil.test/", home),
        ("\\\\evil.test/", home),
        ("/\t/evil.test/", home),
        ("\n//evil.test/", home),
        ("/.//evil.test/", home),
        ("/missions/..//evil.test/", home),
        ("/missions/%2e%2e//evil.test/", home),
        ("/\u{a0}/evil.test", home),
        ("http://evil.test/", home),
        ("https:evil.test", home),
        ("javascript:alert(1)", home),
        ("data:text/html,x", home),
        ("@evil.test", home),
        ("/@evil.test", home),
        ("/login?next=/agents", home),
        ("/enter", home),
        ("/api/logout", home),
        ("/missions#//evil.test", "/missions"),
    ];
    let wanted: Vec<&str> = table.iter().map(|(wanted, _)| *wanted).collect();
    let script = format!(
        "const done = arguments[0];
        const folder = document.querySelector('script[type=module]').src.replace('app.js', '');
        import(folder + 'core/next.js').then(({{ safeNext }}) => done({}.map(safeNext)));",
        json!(wanted)
    );
    let got = stage.browser.run_async(&script).await?;
    let expected: Vec<&str> = table.iter().map(|(_, expected)| *expected).collect();
    assert_eq!(got, json!(expected), "for {wanted:?}");
    let long = format!("/missions?q={}", "x".repeat(2_000));
    for next in ["//evil.test/", "https://evil.test/", &long] {
        let query: String =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        stage.sign_in(&format!("/login?{query}"), "ann").await?;
        stage.browser.sees("h1", "Missions").await;
        assert_eq!(stage.browser.address().await?, stage.url("/missions"), "{next}");
        stage.browser.click(".user-button").await;
        stage.browser.click(".sign-out").await;
        stage.browser.sees(".login h1", "Sign in").await;
    }
    stage.browser.close().await
}
