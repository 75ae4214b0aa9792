//! How the service and its missions are doing.

use std::sync::Arc;

use http::{HeaderValue, StatusCode};
use mission_control::MissionControl;
use mission_control::kernel::Timestamp;
use mission_control_wire::{Word, reply};
use tokio_util::sync::CancellationToken;

use super::{ASK_AGAIN, Services, is_draining};
use crate::http::{Problem, Reply, Request};
use crate::show;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// What endpoints about the service need.
pub(super) struct Monitor {
    control: MissionControl,
    started: Timestamp,
    draining: CancellationToken,
}

/// The process answers; nothing else is looked at.
pub(super) async fn live(_: Arc<Monitor>, _: Request) -> Result<Reply, Problem> {
    Ok(Reply::bytes(TEXT, "live\n"))
}

/// Whether requests should be sent here.
pub(super) async fn ready(area: Arc<Monitor>, _: Request) -> Result<Reply, Problem> {
    if area.draining.is_cancelled() {
        return Err(is_draining());
    }
    if !area.control.health().storage {
        let detail = "storage is away";
        return Err(Problem::unavailable("storage_unavailable", detail, ASK_AGAIN));
    }
    Ok(Reply::bytes(TEXT, "ready\n"))
}

pub(super) async fn health(area: Arc<Monitor>, _: Request) -> Result<Reply, Problem> {
    let (readiness, now) = (area.control.health(), area.control.clock().now());
    let reply = Reply::json(&reply::Health {
        timestamp: Word(now),
        mission_tracker: readiness.storage,
        production_monitor: readiness.projection_fresh,
        uptime: now.since(area.started).as_secs_f64(),
    })?;
    let healthy = readiness.storage;
    Ok(if healthy { reply } else { reply.status(StatusCode::SERVICE_UNAVAILABLE) })
}

pub(super) async fn metrics(area: Arc<Monitor>, request: Request) -> Result<Reply, Problem> {
    let totals = area.control.totals(&request.scope()?).await?;
    let timestamp = Word(area.control.clock().now());
    Reply::json(&reply::MetricsReply { metrics: show::metrics(&totals), timestamp })
}

pub(super) async fn running(area: Arc<Monitor>, request: Request) -> Result<Reply, Problem> {
    let (missions, count) = area.control.running(&request.scope()?).await?;
    let shown = area.control.view(missions).await?;
    Reply::json(&reply::RunningReply {
        missions: shown.iter().map(show::shown).collect(),
        count,
        timestamp: Word(area.control.clock().now()),
    })
}

impl Monitor {
    pub(super) fn new(services: &Services) -> Self {
        let control = services.control.clone();
        let started = control.clock().now();
        Self { control, started, draining: services.draining.clone() }
    }
}
