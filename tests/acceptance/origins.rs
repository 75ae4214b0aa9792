//! Pages of other origins: what they may send, and what they may read.

use anyhow::{Context, Result};
use http::{Method, StatusCode};
use mission_control_tests::http::{Client, Reply};
use serde_json::json;

use crate::house::{Control, House};
use crate::routes::{self, Route};

const FRIEND: &str = "https://tools.test";
/// Everything that a page can be and that is not the one that may.
const FOREIGN: [&str; 12] = [
    "https://evil.test",
    "http://tools.test",
    "https://tools.test:8443",
    "https://tools.test.evil.test",
    "https://evil-tools.test",
    "https://sub.tools.test",
    "https://TOOLS.test",
    "https://tools.test.",
    "https://tools.test/",
    "null",
    "*",
    "file://",
];
const READ: &str = "access-control-allow-origin";
const MAY: &str = "access-control-allow-methods";

async fn start(house: &House) -> Result<Control> {
    let friend = format!("--allowed-origins={FRIEND}");
    house.start_with(&["--no-worker", "--anonymous-rate=0", &friend]).await
}

/// The route asked by a page of `origin`, without a credential.
async fn ask(control: &Control, route: &Route, origin: &str) -> Result<Reply> {
    let client = control.server.client();
    let call = client.request(route.method.clone(), &route.path).header("origin", origin);
    call.send().await
}

/// The question of a browser whether a page of `origin` may.
async fn preflight(control: &Control, path: &str, method: &str, origin: &str) -> Result<Reply> {
    let client = control.server.client();
    let call = client.request(Method::OPTIONS, path).header("origin", origin);
    let call = call.header("access-control-request-method", method);
    call.header("access-control-request-headers", "authorization, x-evil").send().await
}

/// Whether no page of another origin learns anything from it.
fn tells_nothing(reply: &Reply) -> bool {
    reply.headers.keys().all(|name| !name.as_str().starts_with("access-control-"))
}

#[tokio::test]
async fn no_answer_of_any_route_is_for_a_foreign_page() -> Result<()> {
    let house = House::new()?;
    let control = start(&house).await?;
    for route in routes::of(&control).await? {
        for origin in FOREIGN {
            let reply = ask(&control, &route, origin).await?;
            assert!(tells_nothing(&reply), "{route:?} {origin}: {:?}", reply.headers);
            let by_origin = reply.headers.get_all("vary").iter().any(|value| value == "origin");
            assert!(by_origin, "{route:?} {origin}");
            let reply = preflight(&control, &route.path, route.method.as_str(), origin).await?;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{route:?} {origin}");
            assert!(tells_nothing(&reply), "{route:?} {origin}: {:?}", reply.headers);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_page_that_may_is_told_exactly_what_a_route_takes_and_reads_every_answer() -> Result<()> {
    let house = House::new()?;
    let control = start(&house).await?;
    for route in routes::of(&control).await? {
        let method = route.method.as_str();
        let reply = preflight(&control, &route.path, method, FRIEND).await?;
        assert_eq!(reply.status, StatusCode::NO_CONTENT, "{route:?}");
        let methods = if method == "GET" { "GET, HEAD" } else { method };
        assert_eq!(reply.header(MAY), Some(methods), "{route:?}");
        let headers = reply.header("access-control-allow-headers").context("headers")?;
        assert_eq!(headers.contains("Authorization"), route.closed, "{route:?}: {headers}");
        assert!(!headers.contains('*') && !headers.contains("evil"), "{route:?}: {headers}");
        let asked = ask(&control, &route, FRIEND).await?;
        for reply in [reply, asked] {
            assert_eq!(reply.header(READ), Some(FRIEND), "{route:?}");
            let credentials = reply.header("access-control-allow-credentials");
            assert_eq!(credentials, None, "{route:?}");
        }
    }
    let told = async |path, method| {
        let reply = preflight(&control, path, method, FRIEND).await?;
        let headers = reply.header("access-control-allow-headers").unwrap_or_default();
        anyhow::Ok((reply.status.as_u16(), headers.to_owned()))
    };
    let create = "Authorization, Content-Type, X-Project, Idempotency-Key, X-Request-Id".to_owned();
    assert_eq!(told("/api/missions", "POST").await?, (204, create));
    let list = "Authorization, X-Project, X-Request-Id".to_owned();
    assert_eq!(told("/api/missions", "GET").await?, (204, list));
    assert_eq!(told("/api/missions", "PUT").await?.0, 405);
    assert_eq!(told("/api/nowhere", "GET").await?.0, 404);
    let plain = control.server.client().request(Method::OPTIONS, "/api/missions").send().await?;
    assert_eq!(plain.status, StatusCode::METHOD_NOT_ALLOWED, "it asks for nothing of a page");
    assert!(tells_nothing(&plain));
    Ok(())
}

/// A mission made by a page of `origin`.
async fn create(client: &Client, origin: &str) -> Result<Reply> {
    let call = client.request(Method::POST, "/api/missions").header("origin", origin);
    let call = call.header("sec-fetch-site", "cross-site");
    call.json(&json!({"title": "from elsewhere"})).send().await
}

#[tokio::test]
async fn a_page_that_may_acts_with_a_token_and_with_nothing_else() -> Result<()> {
    let house = House::new()?;
    let control = start(&house).await?;
    let reply = create(&control.admin, FRIEND).await?;
    assert_eq!((reply.status, reply.header(READ)), (StatusCode::CREATED, Some(FRIEND)));
    let exposed = reply.header("access-control-expose-headers").context("what may be read")?;
    assert!(exposed.contains("Location") && exposed.contains("RateLimit"), "{exposed}");
    // A cookie goes with whatever a browser sends, so that it opens nothing.
    let rider = control.server.client().with("cookie".parse()?, "mission-control-x=y".parse()?);
    for client in [control.server.client(), rider] {
        let reply = create(&client, FRIEND).await?;
        let problem = reply.expect(StatusCode::FORBIDDEN)?;
        assert_eq!(problem["code"], "cross_origin");
        assert_eq!(reply.header(READ), Some(FRIEND), "it may read why");
    }
    // A token in a program that says another origin is still a token; its page reads nothing.
    let reply = create(&control.admin, FOREIGN[0]).await?;
    assert_eq!((reply.status, reply.header(READ)), (StatusCode::CREATED, None));
    Ok(())
}

#[tokio::test]
async fn without_the_setting_no_origin_may_anything() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let reply = preflight(&control, "/api/missions", "GET", FRIEND).await?;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert!(tells_nothing(&reply) && reply.header("vary").is_none(), "{:?}", reply.headers);
    let call = control.admin.request(Method::GET, "/api/missions").header("origin", FRIEND);
    assert!(tells_nothing(&call.send().await?));
    Ok(())
}
