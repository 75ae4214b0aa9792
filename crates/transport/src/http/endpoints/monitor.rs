//! How the service and its missions are doing.

use std::path::PathBuf;
use std::sync::Arc;

use http::{HeaderValue, StatusCode};
use mission_control::kernel::Timestamp;
use mission_control::{MOST_ANALYSED, MissionControl};
use mission_control_identity::Role;
use mission_control_wire::{Word, reply};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{ASK_AGAIN, Services, is_draining};
use crate::counted::Counted;
use crate::http::{Problem, Reply, Request};
use crate::metrics::{Metrics, disk_free};
use crate::parse::{self, MOST_POINTS, Period};
use crate::show;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// What endpoints about the service need.
pub(super) struct Monitor {
    control: MissionControl,
    counted: Counted,
    started: Timestamp,
    draining: CancellationToken,
    metrics: Metrics,
    folder: PathBuf,
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
    let metrics = area.counted.metrics(&request.scope()?).await?;
    let timestamp = Word(area.control.clock().now());
    Reply::json(&reply::MetricsReply { metrics, timestamp })
}

pub(super) async fn history(area: Arc<Monitor>, request: Request) -> Result<Reply, Problem> {
    let Period { from, to, step } = parse::period(request.query(), area.control.store_now())?;
    let project = request.project()?;
    let points = area.control.history(project, (from, to), step, MOST_POINTS).await?;
    Reply::json(&reply::MetricsHistory {
        points: points.iter().map(show::metrics_point).collect(),
        from: Word(from),
        to: Word(to),
        step: step.as_secs(),
        timestamp: Word(area.control.clock().now()),
    })
}

pub(super) async fn analytics(area: Arc<Monitor>, request: Request) -> Result<Reply, Problem> {
    let now = area.control.store_now();
    let asked = parse::analytics(request.query(), now)?;
    let found = area.control.analysis(request.project()?, asked.by, asked.from, asked.to).await?;
    Reply::json(&reply::AnalyticsReply {
        by: asked.by.as_str(),
        from: Word(asked.from),
        to: Word(asked.to),
        groups: found.groups.iter().map(show::group).collect(),
        counted: found.looked_at.min(MOST_ANALYSED.into()),
        capped: found.capped,
        timestamp: Word(now),
    })
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

/// Shown also while storage is away, for then somebody looks. The figures of the process are for those
/// who read in every project, as `/metrics` is: they tell how much everybody does.
pub(super) async fn system(area: Arc<Monitor>, request: Request) -> Result<Reply, Problem> {
    let now = area.control.clock().now();
    let everywhere = request.principal()?.grants.role_everywhere();
    let reads_everywhere = everywhere.is_some_and(|role| role.covers(Role::Viewer));
    let facts = show::Facts {
        process: if reads_everywhere { Some(area.process().await) } else { None },
        minutes: &area.control.throughput(&request.scope()?),
        uptime: now.since(area.started),
        now,
    };
    Reply::json(&show::system(&facts))
}

impl Monitor {
    pub(super) fn new(services: &Services) -> Self {
        let control = services.control.clone();
        let (counted, started) = (Counted::new(&control), control.clock().now());
        let (metrics, folder) = (services.metrics.clone(), services.folder.clone());
        let draining = services.draining.clone();
        Self { control, counted, started, draining, metrics, folder }
    }

    async fn process(&self) -> show::Process {
        let size = self.control.store_size().await;
        show::Process {
            reading: self.metrics.system(),
            disk_free: disk_free(&self.folder),
            store_bytes: size.inspect_err(|error| debug!(%error, "the store has no size")).ok(),
        }
    }
}
