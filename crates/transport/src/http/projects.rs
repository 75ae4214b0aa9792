//! Which projects there are, and which of them a request is about.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::HeaderName;
use http::request::Parts;
use mission_control_identity::{Denial, Directory};
use mission_control_kernel::{ProjectId, StoreError};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::percent::{Plus, decode};
use super::query::PROJECT;
use super::routes::Spans;
use super::{Problem, Query};

/// The header that names a project, and seed 003's name for it.
static PROJECT_HEADERS: [HeaderName; 2] =
    [HeaderName::from_static("x-project"), HeaderName::from_static("x-tenant-id")];

/// A project that another process has made is found here after this. Whoever may see every project
/// and asks for one that is not there costs no more than a question each time.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// The projects of the records, remembered for good: a project is never removed, so that one that was
/// there is there, and only what is not known has to be asked for.
pub struct Projects {
    directory: Arc<dyn Directory>,
    known: RwLock<HashSet<ProjectId>>,
    looked: Mutex<Option<Instant>>,
}

impl Projects {
    /// Those that `directory` knows.
    #[must_use]
    pub fn of(directory: Arc<dyn Directory>) -> Self {
        Self { directory, known: RwLock::default(), looked: Mutex::default() }
    }

    /// Whether there is such a project.
    ///
    /// # Errors
    /// Storage trouble, for a project that is not known here.
    pub async fn has(&self, project: &ProjectId) -> Result<bool, StoreError> {
        if self.knows(project) {
            return Ok(true);
        }
        // One at a time: who comes meanwhile takes the answer of the one before.
        let mut looked = self.looked.lock().await;
        if self.knows(project) {
            return Ok(true);
        }
        if looked.is_some_and(|at| at.elapsed() < LOOK_AGAIN) {
            return Ok(false);
        }
        // What is made while the answer is on its way may not be in it.
        let asked = Instant::now();
        let projects = self.directory.projects().await?;
        *looked = Some(asked);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(projects.into_iter().map(|project| project.id));
        Ok(known.contains(project))
    }

    /// This one has just been made.
    pub fn add(&self, project: ProjectId) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(project);
    }

    fn knows(&self, project: &ProjectId) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).contains(project)
    }
}

/// The project that a request names; a name that no project can have names one that is not there. One
/// that lies in the path is meant, whatever else a client sends along with all its requests.
pub(super) fn requested(
    head: &Parts,
    spans: &Spans,
    query: Option<&Query>,
) -> Result<Option<ProjectId>, Problem> {
    let parse = |name: &str| name.parse().map_err(|_| Denial::NoSuchProject.into());
    if let Some((_, span)) = spans.iter().find(|(name, _)| *name == PROJECT) {
        let raw = head.uri.path().get(span.clone());
        let name = raw.and_then(|raw| decode(raw, Plus::Literal));
        return name.map_or_else(|| parse(""), |name| parse(&name)).map(Some);
    }
    let named = PROJECT_HEADERS
        .iter()
        .flat_map(|name| head.headers.get_all(name))
        .map(|value| value.to_str().unwrap_or_default())
        .chain(query.and_then(|query| query.text(PROJECT)));
    let mut requested: Option<&str> = None;
    for name in named {
        if requested.is_some_and(|other| other != name) {
            let detail = "the request names two projects";
            return Err(Problem::malformed("ambiguous_project", detail));
        }
        requested = Some(name);
    }
    requested.map(parse).transpose()
}

impl fmt::Debug for Projects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Projects").field("known", &self.known).finish_non_exhaustive()
    }
}
