//! The page, and how a browser signs in.

use crate::app::App;

const PLACES: [&str; 8] = [
    "/",
    "/enter",
    "/missions",
    "/missions/019126f4-5d40-7000-8000-000000000001",
    "/agents",
    "/login",
    "/login?next=%2Fagents",
    "/account",
];

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
