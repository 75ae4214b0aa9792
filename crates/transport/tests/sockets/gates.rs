//! Who gets in, and what a refusal looks like.

use crate::app::{App, JSON, bearer};
use crate::client::Client;

#[tokio::test]
async fn every_refusal_is_a_problem_with_all_its_members() {
    let app = App::start().await;
    let got = app.send("GET /missions/7", "X-Request-Id: mine-7\r\n", "").await;
    assert_eq!(got.status, 401);
    assert_eq!(got.header("content-type"), Some("application/problem+json"));
    assert_eq!(got.header("www-authenticate"), Some("Bearer"));
    assert_eq!(got.header("x-request-id"), Some("mine-7"));
    let body: serde_json::Value = serde_json::from_str(&got.body).unwrap();
    let sentence = "this needs a valid token: send Authorization: Bearer <token>";
    let expected = serde_json::json!({
        "type": "/docs/problems#unauthenticated", "title": "Unauthorized", "status": 401,
        "detail": sentence, "instance": "/missions/7", "code": "unauthenticated",
        "error": sentence, "request_id": "mine-7",
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn every_answer_forbids_sniffing_framing_and_caching() {
    let app = App::start().await;
    for (line, status) in [("GET /livez", 204), ("GET /nowhere", 404), ("GET /panic", 500)] {
        let got = app.send(line, "", "").await;
        assert_eq!(got.status, status, "{line}");
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"), "{line}");
        assert_eq!(got.header("x-frame-options"), Some("DENY"), "{line}");
        assert_eq!(got.header("referrer-policy"), Some("no-referrer"), "{line}");
        assert_eq!(got.header("cache-control"), Some("no-store"), "{line}");
        assert!(got.header("x-request-id").is_some(), "{line}");
        assert_eq!(got.header("access-control-allow-origin"), None, "{line}");
    }
}

#[tokio::test]
async fn a_wrong_host_is_turned_away_before_anything_else() {
    let app = App::start().await;
    for line in ["GET /livez", "GET /nowhere", "POST /echo", "OPTIONS /livez"] {
        let got = app.send(line, "Host: evil.test\r\n", "").await;
        assert_eq!((got.status, got.member("code")), (421, "wrong_host".into()), "{line}");
    }
    let host = format!("Host: 127.0.0.1:{}\r\n", app.port);
    assert_eq!(app.send("GET /livez", &host, "").await.status, 204);
}

#[tokio::test]
async fn a_foreign_page_cannot_act_without_a_token() {
    let app = App::start().await;
    let foreign = "Origin: https://evil.test\r\nSec-Fetch-Site: cross-site\r\n";
    let own = format!("Origin: http://localhost:{}\r\nSec-Fetch-Site: same-origin\r\n", app.port);
    let got = app.send("POST /login", foreign, "").await;
    assert_eq!((got.status, got.member("code")), (403, "cross_origin".into()));
    assert_eq!(app.send("POST /login", &own, "").await.status, 204);
    assert_eq!(app.send("POST /login", "", "").await.status, 204);
    assert_eq!(app.send("GET /livez", foreign, "").await.status, 204);
    let with_token = format!("{foreign}{JSON}");
    assert_eq!(app.post("/echo", &with_token, "{}").await.status, 200);
}

#[tokio::test]
async fn each_persona_gets_what_its_role_allows() {
    let app = App::start().await;
    let table = [
        ("GET /livez", [204, 204, 204, 204, 204]),
        ("GET /sealed", [403, 403, 403, 403, 403]),
        ("GET /whoami", [401, 401, 200, 200, 200]),
        ("HEAD /whoami", [401, 401, 200, 200, 200]),
        ("POST /echo", [401, 401, 403, 200, 200]),
        ("GET /process", [401, 401, 403, 403, 200]),
        ("GET /nowhere", [404, 404, 404, 404, 404]),
        ("DELETE /echo", [405, 405, 405, 405, 405]),
    ];
    for (line, statuses) in table {
        let personas = ["", "garbage", "viewer", "operator", "admin"];
        for (persona, status) in personas.into_iter().zip(statuses) {
            let got = app.send(line, &bearer(persona), "").await;
            assert_eq!(got.status, status, "{line} as {persona:?}");
        }
    }
    app.forget_everybody();
    let away = app.get("/whoami", "viewer").await;
    assert_eq!((away.status, away.header("retry-after")), (503, Some("2")));
}

#[tokio::test]
async fn the_project_is_chosen_among_those_the_caller_may_see() {
    let app = App::start().await;
    let table = [
        ("labrat", "", "", "lab"),
        ("labrat", "X-Project: lab\r\n", "", "lab"),
        ("labrat", "X-Project: default\r\n", "", "not_found"),
        ("labrat", "X-Project: Not A Name\r\n", "", "not_found"),
        ("admin", "", "", "default"),
        ("admin", "X-Project: lab\r\n", "", "lab"),
        ("admin", "X-Tenant-ID: lab\r\n", "", "lab"),
        ("admin", "", "?project=lab", "lab"),
        ("admin", "X-Project: lab\r\n", "?project=lab", "lab"),
        ("admin", "X-Project: lab\r\n", "?project=shop", "ambiguous_project"),
        ("admin", "X-Project: lab\r\nX-Tenant-ID: shop\r\n", "", "ambiguous_project"),
    ];
    for (persona, headers, query, expected) in table {
        let headers = format!("{}{headers}", bearer(persona));
        let got = app.send(&format!("GET /whoami{query}"), &headers, "").await;
        let told = if got.status == 200 { got.member("project") } else { got.member("code") };
        assert_eq!(told, expected, "{persona} {headers:?} {query}");
    }
}

#[tokio::test]
async fn queries_and_paths_are_strict() {
    let app = App::start().await;
    let table = [
        ("/whoami?limit=7", 200, ""),
        ("/whoami/?limit=7", 200, ""),
        ("/whoami?limit=0", 422, "out_of_range"),
        ("/whoami?stat=1", 400, "unknown_field"),
        ("/whoami?token=admin", 400, "unknown_field"),
        ("/whoami?limit=1&limit=1", 400, "duplicate_parameter"),
        ("/whoami?limit=%zz", 400, "malformed_query"),
        ("/missions/0190a5c0-0000-7000-8000-000000000000", 200, ""),
        ("/missions/0190a5c0-0000-7000-8000-000000000000?x=1", 400, "unknown_field"),
        ("/missions/not-a-uuid", 404, "not_found"),
        ("/missions/%00", 404, "not_found"),
        ("/missions/%f", 404, "not_found"),
        ("/whoami//", 404, "not_found"),
    ];
    for (target, status, code) in table {
        let got = app.get(target, "admin").await;
        assert_eq!(got.status, status, "{target}: {}", got.body);
        if status != 200 {
            assert_eq!(got.member("code"), code, "{target}");
        }
    }
    let got = app.get("/whoami?stat=1", "admin").await;
    assert_eq!(got.member("errors")[0]["field"], "stat");
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_told_which_it_takes() {
    let app = App::start().await;
    for method in ["PUT", "DELETE", "OPTIONS", "TRACE", "FOO"] {
        let got = app.send(&format!("{method} /whoami"), &bearer("admin"), "").await;
        assert_eq!((got.status, got.header("allow")), (405, Some("GET, HEAD")), "{method}");
        assert_eq!(got.member("code"), "method_not_allowed", "{method}");
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_as_a_problem_too() {
    let app = App::start().await;
    let long = "x".repeat(20_000);
    for (bytes, status, code) in [
        ("nonsense\r\n\r\n".to_owned(), 400, "malformed_request"),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n".to_owned(), 400, "malformed_request"),
        ("GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 400, "malformed_request"),
        ("GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 400, "malformed_request"),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
                .to_owned(),
            400,
            "malformed_request",
        ),
        (format!("GET / HTTP/1.1\r\nX: {long}\r\n\r\n"), 431, "headers_too_large"),
    ] {
        let mut client = Client::connect(([127, 0, 0, 1], app.port).into()).await;
        client.send(&bytes).await;
        let got = client.receive().await;
        assert_eq!((got.status, got.member("code")), (status, code.into()), "{bytes:.40}");
        assert_eq!(got.header("content-type"), Some("application/problem+json"));
        assert_eq!(got.header("connection"), Some("close"));
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
        let id = got.header("x-request-id").unwrap().to_owned();
        assert_eq!(got.member("request_id"), id);
        assert_eq!(client.rest().await, "", "nothing more is said");
    }
}
