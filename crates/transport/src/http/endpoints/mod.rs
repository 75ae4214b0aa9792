//! The API: a file for each family of endpoints, and the table of them all.
//!
//! A handler parses, asks the facade and replies. It belongs to an area, which holds what its
//! family needs and nothing else.

mod actions;
mod agents;
mod bulk;
mod detail;
mod export;
mod missions;
mod monitor;
mod table;
mod workers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mission_control::MissionControl;
use tokio_util::sync::CancellationToken;

use super::route::Handler;
use super::{Problem, Reply, Request};
use crate::Signer;
use crate::metrics::Metrics;

pub use table::routes;

/// What the API stands on.
#[derive(Clone, Debug)]
pub struct Services {
    /// Whatever is asked for is asked of it.
    pub control: MissionControl,
    /// Signs cursors.
    pub signer: Signer,
    /// Cancelled when the process begins to drain: it is not ready any more, and whoever waits is
    /// answered.
    pub draining: CancellationToken,
    /// Which build serves; a page of another one should reload.
    pub build: &'static str,
    /// What is counted, for `GET /metrics`.
    pub metrics: Metrics,
    /// The data folder: what is free there is shown.
    pub folder: PathBuf,
}

/// When to ask again whether another process, or this one, serves.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// 503: this process takes nothing new on.
fn is_draining() -> Problem {
    let detail = "this process is about to end: ask another one";
    Problem::unavailable("draining", detail, ASK_AGAIN)
}

/// A handler of an area.
pub(crate) fn on<A, F, R>(area: &Arc<A>, handle: F) -> impl Handler + use<A, F, R>
where
    A: Send + Sync + 'static,
    F: Fn(Arc<A>, Request) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Reply, Problem>> + Send + 'static,
{
    let area = Arc::clone(area);
    move |request| handle(Arc::clone(&area), request)
}
