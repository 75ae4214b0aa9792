//! How the process is doing.

use serde_json::json;

use crate::app::{App, soon};

#[tokio::test]
async fn a_process_says_how_it_is_doing() {
    let app = App::start().await;
    let system = app.auditor().get("/api/system").await.expect(200);
    let number = |name: &str| system[name].as_f64().unwrap_or_else(|| panic!("{name}: {system}"));
    assert!(number("rss_bytes") > 1e6 && number("store_bytes") >= 4096.0, "{system}");
    assert!(number("disk_free_bytes") > 0.0 && number("cpu_percent") >= 0.0, "{system}");
    assert!(number("uptime") >= 0.0, "{system}");
    assert_eq!(system["pool"], json!(null), "a file has no pool");
    assert!(system["sockets"]["connections"].as_u64().unwrap() >= 1, "this one is open");
    assert_eq!(system["api"]["requests"], 0, "nothing else was asked");
    assert_eq!((&system["missions_per_minute"], &system["error_rate"]), (&json!(0.0), &json!(0.0)));
}

#[tokio::test]
async fn what_was_asked_and_who_watches_is_in_it() {
    let app = App::start().await;
    for _ in 0..4 {
        app.viewer().get("/api/missions").await.expect(200);
        app.nobody().get("/livez").await;
    }
    let stream = app.viewer().open("GET", "/api/live/stream", &[], None).await;
    let system = app.auditor().get("/api/system").await.expect(200);
    assert_eq!(system["sockets"]["sse"], 1);
    assert_eq!(system["api"]["requests"], 5, "the stream is one: {system}");
    let (p50, p95) = (&system["api"]["p50_ms"], &system["api"]["p95_ms"]);
    assert!(p50.as_f64().unwrap() > 0.0 && p95.as_f64() >= p50.as_f64(), "{system}");
    drop(stream);
}

#[tokio::test]
async fn missions_are_those_of_the_project_and_the_last_hour() {
    let app = App::start().await;
    let operator = app.operator();
    for (n, end) in ["complete", "complete", "complete", "fail"].into_iter().enumerate() {
        let body = json!({"title": format!("m{n}"), "kind": "external", "max_attempts": 1});
        let id = operator.create(&body).await;
        operator.act(&id, "start").await.expect(200);
        operator.act(&id, end).await.expect(200);
    }
    let counted = async {
        loop {
            let system = app.viewer().get("/api/system").await.expect(200);
            if system["missions_per_minute"] == json!(4.0 / 60.0) {
                return system;
            }
            tokio::task::yield_now().await;
        }
    };
    assert_eq!(soon("the count", counted).await["error_rate"], json!(25.0));
    let elsewhere = app.stranger().get("/api/system").await.expect(200);
    assert_eq!(elsewhere["missions_per_minute"], json!(0.0));
}

#[tokio::test]
async fn who_reads_in_one_project_learns_nothing_of_the_process() {
    let app = App::start().await;
    app.operator().create(&json!({"title": "a"})).await;
    let of_process =
        ["cpu_percent", "rss_bytes", "disk_free_bytes", "store_bytes", "pool", "sockets", "api"];
    for caller in [app.viewer(), app.operator(), app.stranger()] {
        let system = caller.get("/api/system").await.expect(200);
        for member in of_process {
            assert_eq!(system[member], json!(null), "{member}: {system}");
        }
        for member in ["missions_per_minute", "error_rate", "uptime"] {
            assert!(system[member].is_number(), "{member}: {system}");
        }
    }
    let system = app.auditor().get("/api/system").await.expect(200);
    assert!(system["sockets"].is_object() && system["api"].is_object(), "{system}");
}
