//! The port to selections that somebody has seen and not yet carried out.

use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{ProjectId, StoreError, Timestamp};
use mission_control_missions::{Bulk, Chosen};

/// How long a preview may be carried out: long enough to read it and to ask somebody, too short for
/// its missions to have become others.
pub const PREVIEW_KEPT: Duration = Duration::from_mins(15);

/// The most missions of one preview: some seconds of a store, and a row of less than a megabyte.
pub const MOST_PREVIEWED: usize = 10_000;

/// What is to be done to which missions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Preview {
    /// Its name, which nobody else has.
    pub id: String,
    /// Whose missions they are.
    pub project: ProjectId,
    /// Who chose them; nobody else finds it.
    pub principal: String,
    /// What is to be done.
    pub action: Bulk,
    /// To which missions, at most [`MOST_PREVIEWED`].
    pub chosen: Vec<Chosen>,
}

/// Where previews are kept until they are over.
///
/// Every implementation MUST:
/// - judge by its own clock whether one is over;
/// - find nothing in another project, for another principal, or that is over.
#[async_trait]
pub trait Previews: Send + Sync + 'static {
    /// Keeps a preview for `life`; says until when.
    async fn keep_preview(&self, preview: Preview, life: Duration)
    -> Result<Timestamp, StoreError>;

    /// The preview of that name, as it was kept.
    async fn preview(
        &self,
        project: &ProjectId,
        principal: &str,
        id: &str,
    ) -> Result<Option<Preview>, StoreError>;
}
