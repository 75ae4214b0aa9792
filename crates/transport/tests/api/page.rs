//! The page, and how a browser signs in.

use mission_control_kernel::{Clock, Ids, SystemClock, SystemIds};
use mission_control_transport::auth::digest;
use serde_json::json;

use crate::app::{App, Caller, Got};

const PLACES: [&str; 5] =
    ["/", "/enter", "/missions", "/missions/019126f4-5d40-7000-8000-000000000001", "/agents"];
const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");
const FOREIGN: (&str, &str) = ("sec-fetch-site", "cross-site");

/// What the browser of somebody who signs in with this sends from then on.
async fn signed_in(app: &App, with: &serde_json::Value) -> Result<String, Got> {
    let got = app.nobody().send("POST", "/api/login", &[SAME_ORIGIN], Some(with)).await;
    if got.status != 204 {
        return Err(got);
    }
    let cookie = got.header("set-cookie").unwrap();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    Ok(cookie.split(';').next().unwrap().to_owned())
}

async fn ask(who: Caller<'_>, method: &str, cookie: &str, more: &[(&str, &str)]) -> Got {
    let headers = [&[("cookie", cookie)], more].concat();
    let body = (method == "POST").then(|| json!({"title": "x"}));
    who.send(method, "/api/missions", &headers, body.as_ref()).await
}

#[tokio::test]
async fn every_address_of_the_page_gives_the_same_shell_to_anybody() {
    let app = App::start().await;
    let first = app.nobody().get("/").await;
    for path in PLACES {
        let got = app.nobody().get(path).await;
        assert_eq!((got.status, &got.body), (200, &first.body), "{path}");
        assert_eq!(got.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(got.header("cache-control"), Some("no-cache"));
        let policy = got.header("content-security-policy").unwrap();
        for word in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(word), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    let tag = first.header("etag").unwrap();
    let again = app.nobody().send("GET", "/", &[("if-none-match", tag)], None).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
}

#[tokio::test]
async fn the_files_of_the_page_are_compressed_and_kept_for_ever() {
    let app = App::start().await;
    let shell = app.nobody().get("/").await;
    let text = String::from_utf8(shell.body.to_vec()).unwrap();
    let script = text.split('"').find(|word| word.ends_with("/app.js")).unwrap();
    let plain = app.nobody().get(script).await;
    assert_eq!(plain.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(plain.header("content-encoding"), None);
    for coding in ["br", "gzip"] {
        let packed = app.nobody().send("GET", script, &[("accept-encoding", coding)], None).await;
        assert_eq!(packed.header("content-encoding"), Some(coding));
        assert_eq!(packed.header("vary"), Some("accept-encoding"));
        assert!(packed.body.len() < plain.body.len(), "{coding}");
    }
    for path in ["/assets/0000000000000000/app.js", "/assets/x/../../Cargo.toml", "/assets/x"] {
        assert_eq!(app.nobody().get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_session_does_what_its_token_may_and_only_for_our_own_page() {
    let app = App::start().await;
    let viewer = signed_in(&app, &json!({"token": "viewer"})).await.unwrap();
    assert_eq!(ask(app.nobody(), "GET", &viewer, &[]).await.status, 200);
    assert_eq!(ask(app.nobody(), "POST", &viewer, &[SAME_ORIGIN]).await.status, 403);
    let operator = signed_in(&app, &json!({"token": "operator"})).await.unwrap();
    assert_eq!(ask(app.nobody(), "POST", &operator, &[SAME_ORIGIN]).await.status, 201);
    for more in [&[][..], &[FOREIGN], &[("origin", "https://evil.test")], &[("origin", "null")]] {
        let got = ask(app.nobody(), "POST", &operator, more).await;
        assert_eq!(got.refusal(), (403, "cross_origin".to_owned()), "{more:?}");
    }
    let forged = format!("{operator}A");
    assert_eq!(ask(app.nobody(), "GET", &forged, &[]).await.status, 401);
    // Who brings a token as well is asked for the token alone.
    assert_eq!(ask(app.viewer(), "POST", &operator, &[SAME_ORIGIN]).await.status, 403);
}

#[tokio::test]
async fn a_code_lets_in_once() {
    let app = App::start().await;
    let now = SystemClock.now();
    let code = app.sessions.code(&digest("operator"), now, SystemIds::default().next(now));
    let cookie = signed_in(&app, &json!({"code": code})).await.unwrap();
    assert_eq!(ask(app.nobody(), "GET", &cookie, &[]).await.status, 200);
    let again = signed_in(&app, &json!({"code": code})).await.unwrap_err();
    assert_eq!(again.refusal(), (401, "spent_code".to_owned()));
}

#[tokio::test]
async fn who_cannot_be_recognised_gets_no_session() {
    let app = App::start().await;
    for (with, status, code) in [
        (json!({"token": "wrong"}), 401, "unknown_token"),
        (json!({"token": ""}), 401, "unknown_token"),
        (json!({"code": "wrong"}), 401, "spent_code"),
        (json!({}), 422, "missing_field"),
        (json!({"token": "viewer", "code": "x"}), 422, "missing_field"),
        (json!({"password": "viewer"}), 422, "unknown_field"),
    ] {
        let refused = signed_in(&app, &with).await.unwrap_err();
        assert_eq!(refused.refusal(), (status, code.to_owned()), "{with}");
        assert_eq!(refused.header("set-cookie"), None, "{with}");
    }
    let foreign = json!({"token": "viewer"});
    let got = app.nobody().send("POST", "/api/login", &[FOREIGN], Some(&foreign)).await;
    assert_eq!(got.refusal(), (403, "cross_origin".to_owned()));
}

#[tokio::test]
async fn whoever_signs_out_is_forgotten_by_their_browser() {
    let app = App::start().await;
    let cookie = signed_in(&app, &json!({"token": "viewer"})).await.unwrap();
    let headers = [("cookie", cookie.as_str()), SAME_ORIGIN];
    let got = app.nobody().send("POST", "/api/logout", &headers, None).await;
    assert_eq!(got.status, 204);
    let cleared = got.header("set-cookie").unwrap();
    let name = cookie.split('=').next().unwrap();
    assert!(
        cleared.starts_with(&format!("{name}=;")) && cleared.contains("Max-Age=0"),
        "{cleared}"
    );
}
