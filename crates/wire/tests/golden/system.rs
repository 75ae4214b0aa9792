//! Numbers, health and refusals.

use mission_control_wire::Cost;
use mission_control_wire::reply::{FieldProblem, Health, Metrics, MetricsReply, Problem};

use super::{Shapes, time};

const NOW: &str = "2024-08-06T06:35:00Z";

pub(crate) fn add(shapes: &mut Shapes) {
    let metrics = MetricsReply { metrics: seed_metrics(), timestamp: time(NOW) };
    super::add(shapes, "metrics", &metrics);
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
