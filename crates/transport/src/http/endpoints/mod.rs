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
mod people;
mod projects;
mod queue;
mod runs;
mod schedules;
mod table;
mod templates;
mod tokens;
mod users;
mod workers;
mod workflows;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mission_control::MissionControl;
use mission_control_identity::Directory;
use tokio_util::sync::CancellationToken;

use super::route::Handler;
use super::{Problem, Projects, Reply, Request};
use crate::Signer;
use crate::auth::{Authenticator, Passwords};
use crate::metrics::Metrics;

pub use table::routes;

/// What the API stands on.
#[derive(Clone)]
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
    /// The records of people, projects and tokens.
    pub directory: Arc<dyn Directory>,
    /// Forgets what it knows when something was taken from somebody.
    pub authenticator: Arc<Authenticator>,
    /// Hashes the passwords that people are given.
    pub passwords: Arc<Passwords>,
    /// Which projects there are.
    pub projects: Arc<Projects>,
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
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
