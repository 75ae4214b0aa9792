//! What is told to somebody whom nobody knows.

use anyhow::{Context, Result};
use http::{Method, StatusCode};
use serde_json::Value;

use crate::house::House;
use crate::routes;

/// All that answers without a credential: whether the process lives, the files of the page, which are
/// the same for everybody, and the ways in and out.
const OPEN: [&str; 9] =
    ["asset", "docs_problems", "docs_style", "enter", "health", "live", "login", "logout", "ready"];

#[tokio::test]
async fn without_a_credential_there_is_nothing_but_health_and_the_page() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker", "--anonymous-rate=0"]).await?;
    let stranger = control.server.client();
    let build = env!("CARGO_PKG_VERSION");
    for route in routes::of(&control).await? {
        let known = OPEN.contains(&&*route.operation) || route.operation.starts_with("page");
        assert_eq!(route.closed, !known, "{route:?} is open");
        let reply = stranger.request(route.method.clone(), &route.path).send().await?;
        if route.closed {
            let problem = reply.expect(StatusCode::UNAUTHORIZED)?;
            assert_eq!(problem["code"], "unauthenticated", "{route:?}");
        }
        let told = format!("{:?} {}", reply.headers, reply.text());
        assert!(!reply.headers.contains_key("server"), "{route:?}");
        assert!(!told.contains(build) || route.operation == "asset", "{route:?} says the version");
    }
    Ok(())
}

#[tokio::test]
async fn health_says_up_or_down_and_nothing_of_what_there_is() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let health = control.server.client().get("/api/health").await?.expect(StatusCode::OK)?;
    let health = health.as_object().context("an object")?;
    let mut members: Vec<&str> = health.keys().map(String::as_str).collect();
    members.sort_unstable();
    let expected = ["mission_tracker", "production_monitor", "status", "timestamp", "uptime"];
    assert_eq!(members, expected);
    assert!(health["mission_tracker"].is_boolean() && health["production_monitor"].is_boolean());
    for (path, text) in [("/livez", "live\n"), ("/readyz", "ready\n")] {
        assert_eq!(control.server.client().get(path).await?.text(), text);
    }
    Ok(())
}

#[tokio::test]
async fn metrics_description_and_whatever_is_often_left_lying_about_are_not_there() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let stranger = control.server.client();
    for path in ["/metrics", "/api/openapi.json", "/docs", "/api/metrics", "/api/system"] {
        let reply = stranger.request(Method::GET, path).send().await?;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{path}");
        let open = control.admin.request(Method::GET, path).send().await?;
        assert_eq!(open.status, StatusCode::OK, "{path} for one who may");
    }
    let shell = stranger.get("/").await?.text();
    let assets = shell.split("/assets/").nth(1).and_then(|rest| rest.split('/').next());
    let assets = format!("/assets/{}", assets.context("the page names its assets")?);
    for path in [
        format!("{assets}/app.js.map"),
        format!("{assets}/"),
        assets.clone(),
        format!("{assets}/../../Cargo.toml"),
        format!("{assets}/%2e%2e/%2e%2e/Cargo.toml"),
        "/assets/".to_owned(),
        "/assets".to_owned(),
        "/debug".to_owned(),
        "/debug/pprof".to_owned(),
        "/config".to_owned(),
        "/.env".to_owned(),
        "/.git/config".to_owned(),
        "/server-status".to_owned(),
        "/actuator".to_owned(),
        "/openapi.json".to_owned(),
        "/swagger".to_owned(),
        "/admin-token".to_owned(),
    ] {
        let reply = stranger.request(Method::GET, &path).send().await?;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        let problem: Value = reply.json()?;
        assert_eq!(problem["code"], "not_found", "{path}");
    }
    Ok(())
}
