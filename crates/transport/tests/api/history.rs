//! The counters as they were.

use std::time::Duration;

use mission_control_kernel::{ProjectId, Timestamp};
use mission_control_missions::{Delta, Priority, Status, Totals};
use serde_json::{Value, json};

use crate::app::App;

const NOON: &str = "2026-01-31T12:00:00Z";

fn totals(completed: i64) -> Totals {
    let sums = Delta {
        tokens: 50 * completed,
        cost_nanos: 250_000_000,
        duration_micros: 2_000_000 * completed,
        timed: completed,
        ..Delta::default()
    };
    let cell = |status, count| ((status, Priority::Medium), count);
    let cells = [cell(Status::Completed, completed), cell(Status::Failed, 15)];
    Totals { cells: cells.into(), sums }
}

/// Counters of ten minutes from noon on; in the nth, n missions were completed.
async fn noted(app: &App) {
    let (noon, project): (Timestamp, ProjectId) =
        (NOON.parse().unwrap(), "default".parse().unwrap());
    for minute in 0..10 {
        let at = noon.plus(Duration::from_mins(minute));
        let completed = i64::try_from(minute).unwrap();
        let rows = [(project.clone(), totals(completed))];
        assert_eq!(app.stores.history.note_minute(at, &rows).await.unwrap(), 1);
    }
}

fn completed(reply: &Value) -> Vec<i64> {
    let points = reply["points"].as_array().unwrap();
    points.iter().map(|point| point["completed_missions"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn the_past_is_shown_in_the_steps_that_are_asked_for() {
    let app = App::start().await;
    noted(&app).await;
    let from = "/api/metrics/history?from=2026-01-31T12:00:00Z";
    for (rest, step, expected) in [
        ("&to=2026-01-31T12:10:00Z", 60, vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("&to=2026-01-31T12:04:00Z&step=1m", 60, vec![0, 1, 2, 3]),
        ("&to=2026-01-31T12:10:00Z&step=4", 240, vec![0, 4, 8]),
        ("&to=2026-02-10T12:00:00Z&step=1h", 3_600, vec![0]),
    ] {
        let reply = app.viewer().get(&format!("{from}{rest}")).await.expect(200);
        assert_eq!((completed(&reply), &reply["step"]), (expected, &json!(step)), "{rest}");
    }
    let one = format!("{from}&to=2026-01-31T12:10:00Z&step=10");
    let reply = app.viewer().get(&one).await.expect(200);
    assert_eq!(reply["points"][0]["timestamp"], "2026-01-31T12:00:00.000000Z");
    let late = "/api/metrics/history?from=2026-01-31T12:05:00Z&to=2026-01-31T12:06:00Z";
    let point = app.viewer().get(late).await.expect(200)["points"][0].clone();
    let expected = json!({
        "timestamp": "2026-01-31T12:05:00.000000Z", "total_missions": 20, "completed_missions": 5,
        "failed_missions": 15, "running_missions": 0, "average_duration": 2.0,
        "success_rate": 25.0, "total_tokens": 250, "total_cost": 0.25,
    });
    assert_eq!(point, expected);
}

#[tokio::test]
async fn every_project_has_a_past_of_its_own() {
    let app = App::start().await;
    noted(&app).await;
    let path = "/api/metrics/history?from=2026-01-31T12:00:00Z&to=2026-01-31T12:10:00Z";
    assert_eq!(completed(&app.viewer().get(path).await.expect(200)).len(), 10);
    assert_eq!(completed(&app.stranger().get(path).await.expect(200)), [0_i64; 0]);
}

#[tokio::test]
async fn without_a_word_it_is_the_last_hour_and_too_much_at_once_is_refused() {
    let app = App::start().await;
    let reply = app.viewer().get("/api/metrics/history").await.expect(200);
    let instant = |name: &str| reply[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(instant("to").since(instant("from")), Duration::from_hours(1));
    assert_eq!(reply["step"], 60);
    for (query, field, code) in [
        ("from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z&step=1", "step", "too_many_points"),
        ("step=0", "step", "invalid_step"),
        ("from=2026-01-31T12:00:00Z&to=2026-01-31T12:00:00Z", "from", "invalid_period"),
        ("from=noon", "from", "invalid_time"),
    ] {
        let got = app.viewer().get(&format!("/api/metrics/history?{query}")).await;
        assert_eq!(got.refusal(), (422, code.to_owned()), "{query}");
        assert_eq!(got.json()["errors"][0]["field"], field, "{query}");
    }
}
