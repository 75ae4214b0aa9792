//! What Prometheus reads.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use mission_control_transport::metrics::reference;
use serde_json::json;

use crate::app::App;

/// Far beyond what the journal takes to be counted.
const LONG: Duration = Duration::from_secs(60);

/// Samples by name and labels, as they are written.
type Samples = BTreeMap<String, f64>;

/// Reads the OpenMetrics text as strictly as its specification allows to.
fn parse(text: &str) -> Samples {
    let (mut samples, mut families) = (Samples::new(), BTreeMap::<String, String>::new());
    let mut helped = BTreeSet::new();
    let (body, rest) = text.split_once("# EOF\n").expect("an end");
    assert!(rest.is_empty(), "nothing follows the end: {rest}");
    let mut family = String::new();
    for line in body.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, sentence) = help.split_once(' ').expect("a help has a text");
            assert!(helped.insert(name.to_owned()), "{name} is explained twice");
            assert!(sentence.ends_with('.') && sentence.len() > 10, "{line}");
            name.clone_into(&mut family);
        } else if let Some(shape) = line.strip_prefix("# TYPE ") {
            let (name, shape) = shape.split_once(' ').expect("a type");
            assert_eq!(name, family, "a type follows its help");
            let before = families.insert(name.to_owned(), shape.to_owned());
            assert_eq!(before, None, "{name} has two types");
        } else {
            let (series, value) = line.rsplit_once(' ').expect("a value");
            let name = series.split('{').next().expect("a name");
            let suffixes: &[&str] = match families[&family].as_str() {
                "counter" => &["_total"],
                "gauge" => &[""],
                "info" => &["_info"],
                "histogram" => &["_bucket", "_sum", "_count"],
                other => panic!("{family} is a {other}"),
            };
            let suffix = name.strip_prefix(family.as_str()).expect("samples follow their family");
            assert!(suffixes.contains(&suffix), "{line}");
            let value = value.parse().unwrap_or_else(|_| panic!("{line} has no value"));
            assert_eq!(samples.insert(series.to_owned(), value), None, "{series} is there twice");
        }
    }
    for name in helped {
        assert!(families.contains_key(&name), "{name} has no type");
        let ours = ["mission_control_", "process_"];
        assert!(ours.iter().any(|prefix| name.starts_with(prefix)), "{name}");
    }
    samples
}

async fn scrape(app: &App) -> Samples {
    let got = app.auditor().get("/metrics").await;
    assert_eq!(got.status, 200, "{got:?}");
    let kind = got.header("content-type").unwrap().to_owned();
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    parse(std::str::from_utf8(&got.body).unwrap())
}

/// The samples, once one of them has this value.
async fn scraped(app: &App, series: &str, value: f64) -> Samples {
    let deadline = Instant::now() + LONG;
    loop {
        let samples = scrape(app).await;
        if samples.get(series) == Some(&value) {
            return samples;
        }
        assert!(Instant::now() < deadline, "{series} is not {value}: {samples:#?}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_done_is_counted() {
    let app = App::start().await;
    let before = scrape(&app).await;
    assert_eq!(before.get("mission_control_storage_up"), Some(&1.0));
    let operator = app.operator();
    let id = operator.create(&json!({"title": "one", "priority": "high"})).await;
    let gone = operator.create(&json!({"title": "two", "kind": "external"})).await;
    operator.act(&gone, "cancel").await.expect(200);
    let atlas = app.agent("atlas").await;
    let claimed = atlas.ask("claim", &json!({})).await.expect(200)["missions"][0].clone();
    assert_eq!(claimed["mission"]["id"], json!(id));
    let report = json!({
        "mission_id": id, "lease_id": claimed["lease_id"], "kind": "complete",
        "tokens_used": 120, "cost_estimate": 0.25,
    });
    atlas.ask("report", &json!({"reports": [report]})).await.expect(200);
    let completed = r#"mission_control_mission_events_total{event="completed"}"#;
    let after = scraped(&app, completed, 1.0).await;
    for (series, value) in [
        (r#"mission_control_mission_events_total{event="created"}"#, 2.0),
        (r#"mission_control_mission_events_total{event="started"}"#, 1.0),
        (r#"mission_control_mission_events_total{event="cancelled"}"#, 1.0),
        (r#"mission_control_attempts_ended_total{outcome="completed"}"#, 1.0),
        (r#"mission_control_agent_events_total{event="registered"}"#, 1.0),
        (r#"mission_control_missions{project="default",status="completed"}"#, 1.0),
        (r#"mission_control_missions{project="default",status="cancelled"}"#, 1.0),
        (r#"mission_control_queue_depth{priority="high"}"#, 0.0),
        ("mission_control_tokens_total", 120.0),
        ("mission_control_cost_dollars_total", 0.25),
        ("mission_control_mission_wait_seconds_count", 1.0),
        ("mission_control_mission_duration_seconds_count", 1.0),
        (r#"mission_control_build_info{version="test"}"#, 1.0),
        (
            r#"mission_control_http_request_duration_seconds_count{method="POST",route="/api/missions",status="2xx"}"#,
            2.0,
        ),
        (r#"mission_control_store_call_duration_seconds_count{verb="create",outcome="done"}"#, 2.0),
    ] {
        assert_eq!(after.get(series), Some(&value), "{series} in {after:#?}");
    }
    for series in [
        "mission_control_journal_lag_seconds_count",
        "mission_control_http_connections_accepted_total",
        "mission_control_journal_position",
        "mission_control_claim_missions_taken_count",
        "mission_control_store_commit_requests_sum",
        "mission_control_store_commit_duration_seconds_count",
    ] {
        assert!(after.get(series) > before.get(series).or(Some(&0.0)), "{series} in {after:#?}");
    }
    assert!(after["process_resident_memory_bytes"] > 1e6);
}

#[tokio::test]
async fn background_work_is_counted_by_its_name() {
    let app = App::start().await;
    let deadline = Instant::now() + LONG;
    for sweep in ["due", "follow-ups", "silent agents"] {
        let name = "mission_control_sweep_duration_seconds_count";
        let series = format!(r#"{name}{{sweep="{sweep}",outcome="idle"}}"#);
        while !scrape(&app).await.contains_key(&series) {
            assert!(Instant::now() < deadline, "{series}");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn live_streams_are_counted_while_they_are_open() {
    let app = App::start().await;
    let viewers = r#"mission_control_live_viewers{protocol="sse"}"#;
    let stream = app.viewer().open("GET", "/api/live/stream?topics=missions", &[], None).await;
    assert_eq!(stream.status(), 200);
    let samples = scraped(&app, viewers, 1.0).await;
    assert!(samples[r#"mission_control_live_frames_total{protocol="sse"}"#] >= 0.0);
    drop(stream);
    scraped(&app, viewers, 0.0).await;
}

#[tokio::test]
async fn labels_come_from_the_table_of_routes_and_never_from_a_request() {
    let app = App::start().await;
    for path in ["/api/missions/019126f4-5d40-7000-8000-000000000001", "/a/b/c", "/d"] {
        assert_eq!(app.viewer().get(path).await.status, 404, "{path}");
    }
    assert_eq!(app.viewer().send("BREW", "/api/missions", &[], None).await.status, 405);
    let samples = scrape(&app).await;
    let count = |method: &str, route: &str| {
        let name = "mission_control_http_request_duration_seconds_count";
        let series = format!(r#"{name}{{method="{method}",route="{route}",status="4xx"}}"#);
        samples.get(&series).copied()
    };
    assert_eq!(count("GET", "/api/missions/{id}"), Some(1.0));
    assert_eq!(count("GET", "-"), Some(2.0));
    assert_eq!(count("OTHER", "-"), Some(1.0), "{samples:#?}");
}

#[tokio::test]
async fn every_metric_that_is_shown_has_its_row_in_the_documentation() {
    let app = App::start().await;
    app.operator().create(&json!({"title": "one"})).await;
    let created = r#"mission_control_mission_events_total{event="created"}"#;
    let samples = scraped(&app, created, 1.0).await;
    let page = reference();
    for series in samples.keys() {
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let name = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix))
            .unwrap_or(name);
        let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in:\n{page}"));
        for label in labels.split(',').filter_map(|label| label.split_once("=\"")) {
            let documented = label.0 == "le" || row.contains(&format!("`{}`", label.0));
            assert!(documented, "{series} in {row}");
        }
    }
}

#[test]
fn the_page_about_metrics_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/METRICS.md");
    if updates_golden_files() {
        std::fs::write(path, reference()).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == reference(), "docs/METRICS.md is stale; run this test with UPDATE_GOLDEN=1");
}

#[expect(clippy::disallowed_methods, reason = "how a test is run, is no setting of the product")]
fn updates_golden_files() -> bool {
    std::env::var("UPDATE_GOLDEN").is_ok_and(|value| value == "1")
}
