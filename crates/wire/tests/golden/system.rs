//! Numbers, health and refusals.

use mission_control_wire::Cost;
use mission_control_wire::reply::{
    Api, FieldProblem, Health, Metrics, MetricsHistory, MetricsPoint, MetricsReply, Pool, Problem,
    Sockets, System,
};

use super::{Shapes, time};

const NOW: &str = "2024-08-06T06:35:00Z";

pub(crate) fn add(shapes: &mut Shapes) {
    let metrics = MetricsReply { metrics: seed_metrics(), timestamp: time(NOW) };
    super::add(shapes, "metrics", &metrics);
    super::add(shapes, "metrics_history", &history());
    super::add(shapes, "system", &system());
    super::add(shapes, "system_alone", &System { pool: None, store_bytes: None, ..system() });
    super::add(shapes, "system_within", &within());
    let healthy = Health {
        timestamp: time(NOW),
        mission_tracker: true,
        production_monitor: true,
        uptime: 12.5,
    };
    super::add(shapes, "health", &healthy);
    super::add(shapes, "health_unhealthy", &Health { mission_tracker: false, ..healthy });
    super::add(shapes, "problem", &wrong_field());
    let gone = Problem {
        problem_type: "/docs/problems#not_found",
        title: "Not found",
        status: 404,
        detail: "there is no such mission",
        code: "not_found",
        errors: Vec::new(),
        ..wrong_field()
    };
    super::add(shapes, "problem_plain", &gone);
}

#[test]
fn metrics_begin_with_the_seeds_members() {
    let seed = concat!(
        r#"{"total_missions":100,"completed_missions":85,"failed_missions":5,"#,
        r#""running_missions":10,"average_duration":45.2,"success_rate":85.0,"#,
        r#""total_tokens":150000,"total_cost":15,"#,
    );
    let written = serde_json::to_string(&seed_metrics()).unwrap();
    assert!(written.starts_with(seed), "{written}");
}

fn seed_metrics() -> Metrics {
    Metrics {
        total_missions: 100,
        completed_missions: 85,
        failed_missions: 5,
        running_missions: 10,
        average_duration: 45.2,
        success_rate: 85.0,
        total_tokens: 150_000,
        total_cost: Cost("15.0".parse().unwrap()),
        pending_missions: 0,
        cancelled_missions: 0,
        finished_success_rate: 94.444,
    }
}

fn system() -> System {
    System {
        cpu_percent: Some(12.5),
        rss_bytes: Some(73_400_320),
        disk_free_bytes: Some(250_000_000_000),
        store_bytes: Some(1_048_576),
        pool: Some(Pool { busy: 2, free: 6, waiting: 0 }),
        sockets: Some(Sockets { connections: 14, sse: 3, websocket: 9 }),
        api: Some(Api { requests: 840, p50_ms: 1.25, p95_ms: 9.5, error_rate: 0.0 }),
        missions_per_minute: 4.5,
        error_rate: 2.5,
        uptime: 3_600.5,
        timestamp: time(NOW),
    }
}

/// For whoever reads in one project alone.
fn within() -> System {
    System {
        cpu_percent: None,
        rss_bytes: None,
        disk_free_bytes: None,
        store_bytes: None,
        pool: None,
        sockets: None,
        api: None,
        ..system()
    }
}

fn history() -> MetricsHistory {
    let point = |at, completed_missions| MetricsPoint {
        timestamp: time(at),
        total_missions: 100,
        completed_missions,
        failed_missions: 5,
        running_missions: 10,
        average_duration: 45.2,
        success_rate: 85.0,
        total_tokens: 150_000,
        total_cost: Cost("15.0".parse().unwrap()),
    };
    MetricsHistory {
        points: vec![point("2024-08-06T06:33:00Z", 84), point("2024-08-06T06:34:00Z", 85)],
        from: time("2024-08-06T06:33:00Z"),
        to: time("2024-08-06T06:35:00Z"),
        step: 60,
        timestamp: time(NOW),
    }
}

fn wrong_field() -> Problem<'static> {
    let field = FieldProblem {
        field: "progress",
        code: "progress_out_of_range",
        message: "must be a number from 0 to 100",
    };
    Problem {
        problem_type: "/docs/problems#progress_out_of_range",
        title: "A field is wrong",
        status: 422,
        detail: "progress must be a number from 0 to 100",
        instance: "/api/missions/019126f4-5d40-7000-8000-000000000001/progress",
        code: "progress_out_of_range",
        request_id: "019126f4-5d40-7000-8000-00000000beef",
        errors: vec![field],
    }
}
