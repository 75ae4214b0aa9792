//! What ended missions were like.

use mission_control_wire::Cost;
use mission_control_wire::reply::{AnalyticsFigure, AnalyticsGroup, AnalyticsReply};

use super::{Shapes, time};

pub(crate) fn add(shapes: &mut Shapes) {
    let busy = AnalyticsGroup {
        key: Some("mistral:7b-instruct"),
        count: 20,
        completed: 17,
        failed: 1,
        cancelled: 2,
        success_rate: 85.0,
        finished_success_rate: 94.444,
        p50_duration: Some(45.2),
        p95_duration: Some(300.5),
        total_tokens: 150_000,
        total_cost: Cost("15.0".parse().unwrap()),
        metrics: None,
    };
    let none = AnalyticsGroup {
        key: None,
        count: 1,
        completed: 0,
        failed: 0,
        cancelled: 1,
        success_rate: 0.0,
        finished_success_rate: 0.0,
        p50_duration: None,
        p95_duration: None,
        total_tokens: 0,
        total_cost: Cost("0".parse().unwrap()),
        metrics: None,
    };
    let reply = AnalyticsReply {
        by: "model",
        from: time("2024-07-30T06:35:00Z"),
        to: time("2024-08-06T06:35:00Z"),
        groups: vec![busy, none],
        counted: 21,
        capped: false,
        timestamp: time("2024-08-06T06:35:00Z"),
    };
    super::add(shapes, "analytics", &reply);
    let accuracy = AnalyticsFigure {
        key: "accuracy",
        unit: "%",
        title: Some("Accuracy"),
        count: 17,
        average: Some(91.25),
        min: Some(70.0),
        max: Some(99.5),
    };
    let unknown = AnalyticsFigure {
        key: "pages",
        unit: "",
        title: None,
        count: 0,
        average: None,
        min: None,
        max: None,
    };
    let group = AnalyticsGroup {
        key: Some("document-processing"),
        metrics: Some(vec![accuracy, unknown]),
        ..reply.groups[0].clone()
    };
    let by_template = AnalyticsReply { by: "template", groups: vec![group], counted: 20, ..reply };
    super::add(shapes, "analytics_by_template", &by_template);
}
